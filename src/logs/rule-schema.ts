import { z } from 'zod'
import { durationSchema } from '../config/duration.ts'

/** A pack of rules that say what a line of a log means: `log-rules.yaml`, and files of the user's own. */

/** Shorter literals would make nearly every line a candidate. */
const shortestLiteral = 4

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens')
  .max(80)
const fieldName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'use lower-case letters, digits and underscores')
const pattern = z.string().min(1).max(2000)
const literals = z
  .array(z.string().min(shortestLiteral).max(200))
  .min(1)
  .max(50)
  .describe('a line must hold one of these, as it stands, to be looked at; the longer, the faster')
const within = durationSchema
  .optional()
  .describe('the lines must stand within so long; lines without a time count as if they did')
const times = z.int().min(1).max(100)

export const conditionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('count'), times: times.default(1), within }).describe('so many lines'),
  z
    .strictObject({
      kind: z.literal('repeats'),
      field: fieldName.describe('such as job: whose value repeats'),
      times,
      within,
      growing: fieldName.optional().describe('a number of the same line that must be greater each time, where given'),
    })
    .describe('so many lines with the same value of a field'),
  z
    .strictObject({ kind: z.literal('returns'), field: fieldName, times, within })
    .describe('so many times a value that was there before comes back after another one'),
  z
    .strictObject({
      kind: z.literal('denied'),
      by: z.strictObject({ literals, pattern }).describe('lines that say the opposite'),
    })
    .describe('a line of the same source said the opposite since the last line of this rule'),
  z
    .strictObject({ kind: z.literal('sample'), field: fieldName })
    .describe('no finding: the number is kept to be compared with others'),
])
export type RuleCondition = z.infer<typeof conditionSchema>

export const ruleSchema = z.strictObject({
  id: name,
  detector: name.describe('the kind of fault, such as truncation'),
  title: z.string().min(1).max(300).describe('what a match means, in a sentence'),
  remedy: z.string().min(1).max(500).describe('what to do about it'),
  literals,
  ignore_case: z.boolean().default(false).describe('the literals match in upper and lower case alike'),
  pattern: pattern.describe('RE2 syntax, searched in the line; named groups (?P<name>…) become fields'),
  unless: pattern.optional().describe('lines that match this are let off'),
  fields: z
    .record(fieldName, pattern)
    .default({})
    .describe('further fields: the first group of each pattern, searched in the same line'),
  when: conditionSchema.prefault({ kind: 'count' }).describe('when matching lines are a finding: at the first, else'),
  evidence: z
    .enum(['induced', 'synthetic', 'user'])
    .default('user')
    .describe('induced: its lines were written by the real program under a real fault; synthetic: by hand'),
  source: z.string().max(300).optional().describe('where a synthetic rule has its lines from'),
})
export type LogRule = z.infer<typeof ruleSchema>

export const rulePackSchema = z.strictObject({
  version: z.literal(1).describe('of this format'),
  rules: z.array(ruleSchema).min(1).max(500),
})
