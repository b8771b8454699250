import { z } from 'zod'

/** What memo.json says of a lane's answers beside the gates: three rates, failure classes, labels. */

const text = z.string()
const count = z.int().min(0)
const ids = z.array(text).describe('evidence that the statement rests on')
const share = z.number().min(0).max(1)
const interval = z.strictObject({ lower: share, upper: share }).describe('two-sided 95 % (Wilson), for display')

const rate = z.strictObject({ successes: count, n: count.describe('distinct prompts'), interval })

export const laneAnswersSchema = z.strictObject({
  lane: text,
  rates: z
    .strictObject({
      raw: rate.describe('as they came: what the gates judge'),
      extracted: rate.optional().describe('taken out of their code fence; absent where nobody looked'),
      repaired: rate
        .optional()
        .describe('mended by jsonrepair and coerced to the types of the schema; counts for no gate'),
    })
    .describe('answers that keep the contract'),
  steps: z
    .array(z.strictObject({ text, evidence_ids: ids }))
    .describe('what a deterministic step after the model would make of a failed validity gate'),
  failure_classes: z
    .array(z.strictObject({ cause: text, records: count, evidence_ids: ids.describe('one example') }))
    .describe('broken records by their first cause, most frequent first'),
  labels: z
    .array(
      z.strictObject({
        field: text,
        correct: count,
        n: count.describe('distinct prompts whose label was looked at'),
        interval,
        matrix: z
          .array(z.strictObject({ expected: text, answered: text, records: count, evidence_ids: ids }))
          .describe(
            'confusion matrix, cells that are not empty; (other) is no word of the vocabulary, (none) no answer',
          ),
      }),
    )
    .describe('fields with one value from a closed vocabulary'),
})

/** One lane's answers at one workload, counted. */
export type LaneAnswers = z.infer<typeof laneAnswersSchema>
