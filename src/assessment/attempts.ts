import { gatesFor } from '../config/gates-for.ts'
import type { BenchConfig, WorkloadConfig } from '../config/schema.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import { attemptsOf } from '../gates/attempts.ts'
import { contractBreach } from '../gates/contract.ts'
import { isGood, scoresOf } from '../gates/quality.ts'
import { completionsOf, type GateInput, isAnswered } from '../gates/verdict.ts'

/** How often a lane was tried at a workload under the same prompt, schema, model and options, as far as is known here. */
export interface LaneAttempts {
  readonly workload: string
  readonly lane: string
  /** Of this run: 1 where no earlier one is known. */
  readonly attempt: number
  /** Earlier ones that failed a required gate of validity or quality by their answers, under today's config. */
  readonly failed: number
  /** Records that an earlier attempt at temperature 0 with the same seed answered otherwise; absent where none can be compared. */
  readonly differing?: { readonly records: number; readonly compared: number }
  readonly evidence_ids: readonly string[]
}

/** Only lanes that were tried before. In the order of the config. Pure. */
export function laneAttempts(evidence: readonly Evidence[], config: BenchConfig): LaneAttempts[] {
  return Object.entries(config.workloads).flatMap(([workload, { lanes }]) =>
    lanes.flatMap((lane) => {
      const input = { config, evidence, lane, workload }
      // Several workers may have asked; what they were told is the same.
      const known = attemptsOf(input).filter(
        ({ trial_sha256 }, index, all) => all.findIndex((each) => each.trial_sha256 === trial_sha256) === index,
      )
      const earlier = known.flatMap((record) => record.earlier.map((attempt) => ({ record, attempt })))
      if (earlier.length === 0) return []
      const differing = known.flatMap(({ latest_answers }) => (latest_answers ? [compare(input, latest_answers)] : []))
      return [
        {
          workload,
          lane,
          attempt: new Set(earlier.map(({ attempt }) => attempt.run_id)).size + 1,
          failed: new Set(
            earlier.flatMap(({ record, attempt }) => (hasFailed(config, record, attempt) ? [attempt.run_id] : [])),
          ).size,
          ...(differing[0] && differing[0].compared > 0 && { differing: differing[0] }),
          evidence_ids: known.map(({ id }) => id),
        },
      ]
    }),
  )
}

type Attempts = EvidenceOf<'attempts'>

/** A broken record, or more records that are no good than the share allows of as many as the gate asks for. */
function hasFailed(
  config: BenchConfig,
  { id, workload, faults }: Attempts,
  { records, faults: places }: Attempts['earlier'][number],
): boolean {
  const { validity, quality } = gatesFor(config, workload)
  const met = places.flatMap((place) => {
    const fault = faults[place]
    return fault ? [{ ...fault, id, prompt: { sha256: fault.prompt_sha256 } }] : []
  })
  const isBroken = met.some((fault) => {
    const cause = contractBreach(fault, config.workloads[workload] as WorkloadConfig)?.cause
    return cause !== undefined && cause !== 'too slow'
  })
  if (validity.required && isBroken) return true
  const scores = scoresOf(met)
  if (scores.some(({ leaks }) => leaks.length > 0)) return true
  const notGood = scores.filter((each) => !isGood(each, quality.minimum_facts)).length
  const asked = Math.max(records, quality.minimum_records)
  return quality.required && notGood > asked - Math.ceil(quality.minimum_share * asked - 1e-9)
}

/** At temperature 0 with the same seed the same answers are to be expected. */
function compare(
  input: GateInput,
  latest: NonNullable<Attempts['latest_answers']>,
): { records: number; compared: number } {
  const answers = new Map(latest.map(({ record_sha256, answer_sha256 }) => [record_sha256, answer_sha256]))
  const compared = completionsOf(input)
    .filter(isAnswered)
    .filter(({ record_sha256 }) => answers.has(record_sha256))
  return {
    records: compared.filter(({ record_sha256, outcome }) => answers.get(record_sha256) !== outcome.answer.sha256)
      .length,
    compared: compared.length,
  }
}
