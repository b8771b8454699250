import type { LaneConfig, WorkloadConfig } from '../config/schema.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { IdentityProof } from '../evidence/identity-schema.ts'
import { canonicalJson } from '../evidence/read.ts'
import { sha256 } from '../evidence/stored-text.ts'

/** What of a proof makes one model another: the same weights under another template or adapter answer otherwise. */
export type ProvenModel = Pick<
  IdentityProof,
  'weights_sha256' | 'digest' | 'declared_files' | 'template_sha256' | 'adapters'
>

/** sha256 of all that makes two trials the same: prompt, schema, options, and the model as far as it is known. */
export type TrialFingerprint = (proven: ProvenModel) => string

/** Hashes once for each model, not for each record: a schema may be long. */
export function trialFingerprint(lane: LaneConfig, workload: WorkloadConfig, dataset: Dataset): TrialFingerprint {
  const { temperature, seed, context, think, structured_output, model } = lane
  const { output_tokens } = workload.limits
  let last: { readonly key: string; readonly fingerprint: string } | undefined
  return ({ weights_sha256, digest, declared_files, template_sha256, adapters }) => {
    // The best that is known of them: of another host no more than a digest, or the names of files.
    const weights = weights_sha256 ?? digest ?? declared_files?.join('\n') ?? model
    const key = JSON.stringify([weights, template_sha256, adapters])
    if (last?.key !== key) {
      const trial = {
        prompt: dataset.prompt,
        schema: dataset.schema,
        options: { temperature, seed, context, think, structured_output, output_tokens },
        weights,
        template_sha256,
        // Their own hashes: weights may be unknown while adapters are not.
        adapters,
      }
      last = { key, fingerprint: sha256(canonicalJson(trial)) }
    }
    return last.fingerprint
  }
}
