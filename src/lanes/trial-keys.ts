import { checkerVersion } from '../datasets/checker-version.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import { canonicalJson } from '../evidence/read.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { TrialParts } from '../evidence/trial-schema.ts'

/**
 * sha256 of what makes asking again an attempt at the same trial: model, template, adapters, runtime and its build,
 * prompt, schema and the options that answers depend on. Left out are the seed, since another draw of the same lottery
 * is a repetition, the prefix cache, and names of the same weights. Pure.
 */
export function trialSha256(parts: TrialParts): string {
  const { weights_sha256, digest, declared_files, requested_model, template_sha256, adapters } = parts
  const { runtime, location, server_build, prompt_sha256, schema_sha256 } = parts
  const { seed: _seed, prefix_cache: _cache, ...options } = parts.options
  return sha256(
    canonicalJson({
      weights: weights_sha256 ?? digest ?? declared_files ?? requested_model,
      template_sha256,
      adapters,
      runtime,
      location,
      server_build,
      options,
      prompt_sha256,
      schema_sha256,
    }),
  )
}

/** sha256 of what an answer to this record is held against: expected facts, secrets, and the version of what checks. */
export function checksSha256({ id: _id, input: _input, ...checks }: DatasetRecord): string {
  return sha256(canonicalJson({ checkerVersion, ...checks }))
}
