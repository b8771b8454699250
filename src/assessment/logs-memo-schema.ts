import { z } from 'zod'
import { logFacts } from '../evidence/log-schema.ts'

/** `logs` of memo.json. */

const text = z.string()
const count = z.int().min(0)
const statement = { text, evidence_ids: z.array(text).describe('evidence that the statement rests on') }

export const logsMemoSchema = z.strictObject({
  findings: z.array(logFacts.findings.element.extend({ evidence_id: text })),
  contradictions: z.array(
    z.strictObject({
      ...statement,
      lines: count.describe('that refuse local work while a local lane answered'),
      jobs: count.describe('whose first refusal stands among them'),
      first_minute: z.iso.datetime(),
      last_minute: z.iso.datetime(),
      queue_growth: count.optional().describe('in that time; absent where the logs do not tell, or it did not grow'),
      share_of_growth: z.number().min(0).max(1).optional().describe("the jobs' part of it"),
    }),
  ),
  sources: logFacts.sources,
  notes: z.array(z.strictObject(statement)).describe('logs that were not read, and limits that were hit'),
})
