import type { LaneConfig, WorkloadConfig } from '../config/schema.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { canonicalJson } from '../evidence/read.ts'
import { sha256 } from '../evidence/stored-text.ts'

/** sha256 of all that makes two trials the same: prompt, schema, options, and the weights as far as they are known. */
export type TrialFingerprint = (weights: string | undefined) => string

/** Hashes once for each weights, not for each record: a schema may be long. */
export function trialFingerprint(lane: LaneConfig, workload: WorkloadConfig, dataset: Dataset): TrialFingerprint {
  const { temperature, seed, context, think, structured_output, model } = lane
  const { output_tokens } = workload.limits
  const known = new Map<string, string>()
  return (proven) => {
    const weights = proven ?? model
    let fingerprint = known.get(weights)
    if (fingerprint === undefined) {
      fingerprint = sha256(
        canonicalJson({
          prompt: dataset.prompt,
          schema: dataset.schema,
          options: { temperature, seed, context, think, structured_output, output_tokens },
          weights,
        }),
      )
      known.set(weights, fingerprint)
    }
    return fingerprint
  }
}
