import { z } from 'zod'

/** What logs hold: matches of rules, never whole lines. */

const text = z.string()
const count = z.int().min(0)
const moment = z.iso.datetime()
const place = z.strictObject({ file: text.describe('without its folder'), line: z.int().min(1) })
const valueCounts = z.array(z.strictObject({ value: text, count })).describe('the most frequent first')

const finding = z.strictObject({
  rule: text,
  detector: text.describe('the kind of fault'),
  title: text,
  remedy: text,
  evidence: z
    .enum(['induced', 'synthetic', 'user'])
    .describe(
      'of the rule: proven on lines that a real program wrote under a real fault; on lines written by hand; or the rule is of a pack of the user',
    ),
  count: count.describe('matching lines that make it up'),
  first_at: moment.optional().describe('absent where no matching line has a time'),
  last_at: moment.optional(),
  untimed: count.optional().describe('how many of them no time is known of'),
  rate_per_hour: z
    .number()
    .min(0)
    .optional()
    .describe('over the time that the logs with matches cover; absent where that is under a minute or unknown'),
  covered_seconds: z.number().min(0).optional().describe('the time that the logs with matches cover'),
  fields: z
    .record(text, valueCounts)
    .describe('matched fields, masked and cut, with how many lines bear each value; at most five values a field'),
  first: place,
  last: place,
})
export type LogFinding = z.infer<typeof finding>

const source = z.strictObject({
  name: text.describe('of the file without its folder, or journal:<unit>'),
  bytes: count.describe('unpacked'),
  lines: count,
  first_at: moment.optional(),
  last_at: moment.optional(),
  problem: text.optional().describe('why it was not read, or not to its end'),
})

export const logFacts = {
  since: moment.optional().describe('lines before it do not count'),
  sources: z.array(source),
  findings: z.array(finding),
  blocks: z
    .array(z.strictObject({ minute: moment, lines: count, new_jobs: count }))
    .describe('minutes in which work was refused for a local lane; jobs count in the minute of their first refusal'),
  queue: z.array(z.strictObject({ minute: moment, depth: count })).describe('the last depth of each minute'),
  bounds: z.array(text).describe('limits of the reader that were hit, and what was left out for it'),
}
const facts = z.strictObject(logFacts)
export type LogFacts = z.infer<typeof facts>
