import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { capabilitySchema, type EvidenceOf } from '../evidence/schema.ts'

/** memo.json, as far as it tells what a lane's runtime made of think, streams and schemas then. */
const memoSchema = z.object({
  lanes: z.array(z.object({ lane: z.string(), capability: z.object({ record: z.unknown() }).optional() })),
})

/**
 * The matrix of a lane in the memo of the latest whole run; undefined where there is none, or it cannot be read, as one
 * that another version of bench-memo wrote.
 */
export async function latestCapability(
  benchFolder: string,
  lane: string,
): Promise<EvidenceOf<'capability'> | undefined> {
  try {
    const { lanes } = memoSchema.parse(JSON.parse(await readFile(join(benchFolder, 'memo.json'), 'utf8')))
    return capabilitySchema.parse(lanes.find((each) => each.lane === lane)?.capability?.record)
  } catch {
    return undefined
  }
}
