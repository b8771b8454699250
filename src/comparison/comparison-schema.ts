import { z } from 'zod'
import { gateNames } from '../config/gates-for.ts'
import { verdictStatuses } from '../evidence/schema.ts'
import { factors } from './differences.ts'
import { comparisonResults } from './gate-comparison.ts'

/** What `bench-memo compare --json` writes. Published as schemas/comparison.schema.json; a test holds it to that. */

const text = z.string()
const count = z.int().min(0)
const probability = z.number().min(0).max(1)
const result = z.enum(comparisonResults)
const run = z.strictObject({
  run_ids: z.array(text).describe('several where runs were merged'),
  filters: z.array(text).describe('what narrowed it; empty for a whole run'),
})
const gateName = z.enum(gateNames as [string, ...string[]])
const gate = z.strictObject({
  gate: gateName,
  result,
  n: count.describe('pairs of the same record, or the smaller of two samples without pairs'),
  effect: z
    .strictObject({
      unit: z.enum(['share', 'milliseconds']),
      before: z.number(),
      after: z.number(),
      change: z.number().describe('shares: after minus before; milliseconds: the typical difference'),
      interval: z
        .strictObject({ lower: z.number(), upper: z.number() })
        .optional()
        .describe('95 %, of this effect alone'),
    })
    .optional()
    .describe('B against A; absent where nothing was tested'),
  p_value: probability.optional().describe('two-sided, of this test alone'),
  adjusted_p_value: probability.optional().describe('after Holm, over all tests: what the result goes by'),
  reason: text,
  evidence_ids: z.array(text),
})

export const comparisonSchema = z.strictObject({
  version: z.literal(1),
  a: run,
  b: run,
  result: result.describe('the worst of the pairs'),
  tests: count.describe('how many p is adjusted for'),
  pairs: z.array(
    z.strictObject({
      workload: text,
      lane_a: text,
      lane_b: text,
      result,
      differences: z
        .array(z.strictObject({ factor: z.enum(factors), text }))
        .describe('in what A and B were measured otherwise: one at most where they are compared'),
      notes: z.array(text),
      refusal: text.optional().describe('why they are not compared'),
      only_in_b: z.boolean().optional(),
      gates: z.array(gate),
      lost_gates: z
        .array(
          z.strictObject({
            gate: gateName,
            status: z.enum(verdictStatuses),
            reason: text,
            evidence_ids: z.array(text),
          }),
        )
        .describe(
          "required gates that pass in A and not in B, by today's limits: one record may do that, which is no change to a test",
        ),
    }),
  ),
})
