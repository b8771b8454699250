import { z } from 'zod'
import { runtimeKinds } from '../config/schema.ts'
import { inventoryFactsSchema } from '../evidence/inventory-schema.ts'
import { ladder } from './lane-assessment.ts'

const text = z.string()

const held = {
  inventory: inventoryFactsSchema,
  rungs: z
    .array(
      z.strictObject({
        tag: text,
        runtime: z.enum(runtimeKinds),
        endpoint: text.optional(),
        rung: z.enum(ladder),
        lane: text.optional().describe('of the latest memo, which got so far with the same tag and digest or weights'),
      }),
    )
    .describe('how far each listed model got'),
  unlisted_lanes: z
    .array(z.strictObject({ lane: text, model: text, why: text }))
    .describe('lanes of the config whose model no runtime lists: configured, and no more'),
  client_differences: z
    .array(z.strictObject({ file: text, line: z.int().min(1), what: z.enum(['tag', 'endpoint']), named: text }))
    .describe('what client paths name and no lane, or no runtime, of the config has'),
}

/** The inventory as memo.json has it. */
export const inventoryMemoSchema = z.strictObject({ evidence_id: text, ...held })

/** What `bench-memo inventory --json` prints. */
export const inventoryReportSchema = z.strictObject({ version: z.literal(1), ...held })
