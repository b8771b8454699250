import { z } from 'zod'

const text = z.string()
const count = z.int().min(0)
const share = z.number().min(0).max(1)

/** What a model said of a lane's answers. Advice: no verdict and no route reads it. */
export const gradesSchema = z.strictObject({
  grader: text.describe('its name in the config'),
  lane: text.describe('whose answers were graded'),
  grading_lane: text,
  is_same_lane: z.boolean().describe('it graded its own answers'),
  observed_model: text.optional().describe('what graded, as its runtime declared'),
  weights_sha256: text.optional(),
  n: count.describe('answers with a grade whose model is proven as its lane asks for'),
  good: count,
  interval: z
    .strictObject({ lower: share, upper: share })
    .optional()
    .describe('of good of n, two-sided 95 % (Wilson); absent where n is 0'),
  counts: z.array(z.strictObject({ grade: text, answers: count })).describe('best grade first; none is left out'),
  unreadable: count.describe('answers of the grader that are no grade'),
  failed: count.describe('calls of the grader without an answer'),
  unproven: count.describe('grades of which it is not proven which model gave them: left out'),
  evidence_ids: z.array(text),
})

/** One grader's opinion of one lane's answers at one workload. */
export type Grades = z.infer<typeof gradesSchema>
