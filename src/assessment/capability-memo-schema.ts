import { z } from 'zod'
import { structures, thinkSettings } from '../evidence/capability-schema.ts'
import { capabilitySchema } from '../evidence/schema.ts'
import { constraintReadings, thinkingReadings } from './capability-reading.ts'

const statements = z.array(z.strictObject({ text: z.string(), evidence_ids: z.array(z.string()) }))

/** The matrix of a lane in memo.json. */
export const capabilityMemoSchema = z.strictObject({
  record: capabilitySchema,
  readings: z
    .array(
      z.strictObject({
        endpoint: z.string(),
        think: z.enum(thinkSettings),
        stream: z.boolean(),
        structure: z.enum(structures),
        constraint: z
          .enum(constraintReadings)
          .describe(
            'honoured: the answer could only have come under it; mixed: with other text around; misplaced: as thinking; dropped: answered, but not by it; unreached: the tokens ended before an answer; undecided: the model may have answered so of its own accord; answered: without a constraint',
          ),
        thinking: z.enum(thinkingReadings).optional(),
        streamed_really: z.boolean().optional().describe('more than one read; absent where nothing can be said'),
        has_usage: z.boolean().optional(),
        total_ms: z.number().min(0).optional(),
      }),
    )
    .describe('one for each combination of the record, in its order'),
  findings: statements.describe('what is wrong with the way in which the lane asks its records'),
  notes: statements,
})
