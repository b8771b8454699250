import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runSchema } from '../evidence/schema.ts'

type Previous = NonNullable<z.infer<typeof runSchema>['previous']>

const models = runSchema.shape.previous.unwrap().shape.lanes.valueType
/** memo.json, as far as it tells which models answered then. */
const memoSchema = z.object({
  run: z.object({ run_id: z.string() }),
  lanes: z.array(z.object({ lane: z.string(), description: z.unknown().optional() })),
})

/** The models behind the lanes of the latest whole run; undefined where there is none, or its memo cannot be read. */
export async function latestModels(benchFolder: string): Promise<Previous | undefined> {
  try {
    const memo = memoSchema.parse(JSON.parse(await readFile(join(benchFolder, 'memo.json'), 'utf8')))
    const lanes = memo.lanes.flatMap(({ lane, description }) => {
      const model = models.strip().safeParse(description)
      return model.success && Object.keys(model.data).length > 0 ? [[lane, model.data] as const] : []
    })
    return lanes.length > 0 ? { run_id: memo.run.run_id, lanes: Object.fromEntries(lanes) } : undefined
  } catch {
    return undefined
  }
}
