import { locationOf, runtimeOf } from '../config/location.ts'
import type { BenchConfig, LaneConfig, WorkloadConfig } from '../config/schema.ts'
import { checkerVersion } from '../datasets/checker-version.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { IdentityProof } from '../evidence/identity-schema.ts'
import { canonicalJson } from '../evidence/read.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { TrialParts } from '../evidence/trial-schema.ts'

/** What of a proof tells its model and its runtime from others. */
export type ProvenTrial = Pick<
  IdentityProof,
  'weights_sha256' | 'digest' | 'declared_files' | 'template_sha256' | 'adapters' | 'server_build'
>

/** All that makes an answer of a lane to a workload what it is, with the model as it was proven for that answer. */
export type PartsOf = (proven: ProvenTrial, runtime_version?: string) => TrialParts

/** Hashes the dataset once, not for each answer. Pure. */
export function trialPartsOf(config: BenchConfig, lane: string, workload: string, dataset: Dataset): PartsOf {
  const { model, ...settings } = config.lanes[lane] as LaneConfig
  const { limits } = config.workloads[workload] as WorkloadConfig
  const fixed = {
    requested_model: model,
    runtime: runtimeOf(config, lane).kind,
    location: locationOf(config, lane),
    options: requestOptions(settings, limits.output_tokens),
    prompt_sha256: sha256(canonicalJson(dataset.prompt)),
    schema_sha256: sha256(canonicalJson(dataset.schema)),
    records_sha256: sha256(canonicalJson(dataset.records)),
    checker_version: checkerVersion,
    seconds_per_record: limits.seconds_per_record,
  }
  return (proven, runtime_version) => {
    const { weights_sha256, digest, declared_files, template_sha256, adapters, server_build } = proven
    return {
      ...fixed,
      ...(weights_sha256 !== undefined && { weights_sha256 }),
      ...(digest !== undefined && { digest }),
      ...(declared_files && { declared_files }),
      ...(template_sha256 !== undefined && { template_sha256 }),
      ...(adapters && adapters.length > 0 && { adapters }),
      ...(runtime_version !== undefined && { runtime_version }),
      ...(server_build !== undefined && { server_build }),
    }
  }
}

function requestOptions(lane: Omit<LaneConfig, 'model'>, output_tokens: number): TrialParts['options'] {
  const { temperature, seed, context, think, structured_output, prefix_cache } = lane
  return {
    temperature,
    seed,
    ...(context !== undefined && { context }),
    think,
    structured_output,
    prefix_cache,
    output_tokens,
  }
}
