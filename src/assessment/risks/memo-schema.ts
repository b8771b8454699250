import { z } from 'zod'
import { riskNames, severities } from './risk.ts'

const text = z.string()

/** The register as memo.json has it. */
export const riskRegisterMemoSchema = z
  .strictObject({
    risks: z.array(
      z.strictObject({
        risk: z.enum(riskNames),
        severity: z.enum(severities),
        subject: text.describe('a lane, a worker, a workload, a runtime or a file'),
        finding: text,
        remediation: text.describe('what to change where, the field or the setting by name'),
        decision: z.enum(['keep', 'change']),
        check: text.describe('what will show that it is gone'),
        evidence_ids: z.array(text),
      }),
    ),
    clear: z.array(z.enum(riskNames)).describe('looked for and not seen'),
    not_examined: z.array(z.strictObject({ risk: z.enum(riskNames), why: text })),
  })
  .describe('what may go wrong: what to fix first stands on top')
