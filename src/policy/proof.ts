import { milliseconds } from '../config/duration.ts'
import { runtimeOf } from '../config/location.ts'
import type { PolicyConfig } from '../config/policy-schema.ts'
import { requiredLevel } from '../config/required-level.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import { canonicalJson } from '../evidence/read.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { Moment } from './block.ts'
import type { Proof } from './policy-file.ts'

/** What a proof is of: with any of it changed, it proves nothing. */
export type ProofSubject = Pick<Proof, 'workload' | 'lane' | 'options_sha256' | 'contract_sha256'>

export function proofSubject(config: BenchConfig, workload: string, lane: string, dataset: Dataset): ProofSubject {
  const { contract, limits } = config.workloads[workload] as BenchConfig['workloads'][string]
  return {
    workload,
    lane,
    options_sha256: laneOptionsSha256(config, lane),
    contract_sha256: sha256(
      canonicalJson({
        contract,
        limits,
        dataset: dataset.sha256,
        required: requiredLevel(config, lane),
        runtime: runtimeOf(config, lane),
      }),
    ),
  }
}

/** The proof that still serves: of the same subject, under the same start of the machine, within its time. Pure. */
export function standingProof(
  proofs: readonly Proof[],
  subject: ProofSubject,
  policy: Pick<PolicyConfig, 'proof_valid'>,
  { now, boot_id, up_ms = Number.POSITIVE_INFINITY }: Moment,
): Proof | undefined {
  const keys = Object.keys(subject) as (keyof ProofSubject)[]
  return proofs.findLast((proof) => {
    const age_ms = now.getTime() - Date.parse(proof.proven)
    return (
      keys.every((key) => proof[key] === subject[key]) &&
      proof.boot_id === boot_id &&
      // Where the system gives no start a name, one that is older than it was up is of another.
      (boot_id !== undefined || age_ms < up_ms) &&
      age_ms >= 0 &&
      age_ms < milliseconds(policy.proof_valid)
    )
  })
}
