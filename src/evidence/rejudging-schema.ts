import { z } from 'zod'

/**
 * That stored answers were judged again without asking a model: facts of kind `rejudging`, without the fields that all
 * evidence has. It stands in a memo, never in a spool: what was recorded stays as it was.
 */

const text = z.string()
const count = z.number().int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const rejudgingFacts = {
  source_runs: z
    .array(z.strictObject({ run_id: text, config_sha256: sha256 }))
    .describe('whose answers they are, and the config that they were taken under'),
  config_sha256: sha256.describe('of the bench.config.yaml by which they were judged again'),
  taken: count.describe('answers that were examined by the schema, the facts and the checkers of that config'),
  refused: z
    .array(z.strictObject({ lane: text, workload: text, why: text, n: count, evidence_ids: z.array(text) }))
    .describe('answers that were not: their key differs, or what stands there is not what was said'),
}
