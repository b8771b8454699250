import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { InventoryFacts } from '../evidence/inventory-schema.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** memo.json, as far as it tells how far its lanes got. */
const memoSchema = z.object({
  run: z.object({ run_id: z.string() }),
  measured_at: z.string().optional(),
  lanes: z.array(
    z.object({
      lane: z.string(),
      requested_model: z.string(),
      rung: z.enum(['configured', 'present', 'loaded', 'answered', 'reliable']),
      weights_sha256: sha256.optional(),
      description: z.object({ digest: z.string().optional() }).optional(),
    }),
  ),
})

/** How far the lanes of the latest memo got; undefined where there is none, or it cannot be read. */
export async function latestLanes(benchFolder: string): Promise<InventoryFacts['latest'] | undefined> {
  try {
    const memo = memoSchema.parse(JSON.parse(await readFile(join(benchFolder, 'memo.json'), 'utf8')))
    return {
      run_id: memo.run.run_id,
      ...(memo.measured_at !== undefined && { measured_at: memo.measured_at }),
      lanes: memo.lanes.map(({ lane, requested_model, rung, weights_sha256, description }) => ({
        lane,
        requested_model,
        rung,
        ...(description?.digest !== undefined && { digest: description.digest }),
        ...(weights_sha256 !== undefined && { weights_sha256 }),
      })),
    }
  } catch {
    return undefined
  }
}
