import type { BenchConfig, WorkloadConfig } from '../config/schema.ts'
import type { AttemptSummary, SummedAnswer } from '../evidence/attempt-summary.ts'
import { attemptsSchema, type EvidenceFacts, type EvidenceOf } from '../evidence/schema.ts'
import { contractBreach } from '../gates/contract.ts'

/** What a worker asks of the runs before this one. */
export interface AttemptsQuestion {
  readonly lane: string
  readonly workload: string
  readonly trial_sha256: string
  readonly fingerprint: string
  /** What each record of the dataset is checked against today, by the hash of its input. */
  readonly checks: Readonly<Record<string, string>>
}

type Attempts = EvidenceOf<'attempts'>
export type AttemptsFacts = Extract<EvidenceFacts, Omit<Attempts, 'id' | 'run_id' | 'at'>>

/**
 * Facts of kind `attempts`: which earlier runs asked this trial, and what was wrong in their answers. A record that is
 * gone, or that is checked otherwise today, is another trial. Pure.
 */
export function attemptsFacts(
  config: BenchConfig,
  { lane, workload, trial_sha256, fingerprint, checks }: AttemptsQuestion,
  summaries: readonly AttemptSummary[],
): AttemptsFacts {
  const settings = config.workloads[workload] as WorkloadConfig
  const faults: Attempts['faults'] = []
  const places = new Map<string, number>()
  const earlier: Attempts['earlier'] = []
  for (const { run_id, at, answers, evidence_ids, ...summary } of summaries) {
    const same = answers
      .map((answer, index) => ({ answer, evidence_id: evidence_ids[index] ?? '' }))
      .filter(({ answer }) => checks[answer.record_sha256] === answer.checks_sha256)
    if (same.length === 0) continue
    const met = new Set<number>()
    for (const { answer, evidence_id } of same) {
      const kind = faultOf(answer, settings)
      if (kind === undefined) continue
      const fault = attemptsSchema.shape.faults.element.safeParse(withoutChecks({ run_id, evidence_id, ...answer }))
      // Written by another version in another shape: its checker was another one too.
      if (!fault.success) continue
      const place = places.get(kind) ?? faults.push(fault.data) - 1
      places.set(kind, place)
      met.add(place)
    }
    const records = new Set(same.map(({ answer }) => answer.record_sha256)).size
    earlier.push({ run_id, at, fingerprint: summary.fingerprint, records, faults: [...met].sort((a, b) => a - b) })
  }
  const latest = config.lanes[lane]?.temperature === 0 && summaries.findLast((each) => each.fingerprint === fingerprint)
  return {
    kind: 'attempts',
    lane,
    workload,
    trial_sha256,
    earlier,
    faults,
    ...(latest && {
      latest_answers: latest.answers
        .filter(({ record_sha256, checks_sha256 }) => checks[record_sha256] === checks_sha256)
        .map(({ record_sha256, outcome }) => ({ record_sha256, answer_sha256: outcome.answer.sha256 })),
    }),
  }
}

/** What is wrong with an answer, so that the same in the same record is kept once; undefined where nothing is. */
function faultOf({ record_sha256, outcome }: SummedAnswer, settings: WorkloadConfig): string | undefined {
  const breach = contractBreach({ outcome }, settings)?.cause
  const { facts, leaks = [] } = outcome.examination
  const missed = facts.filter(({ found }) => !found).map(({ field }) => field)
  // How long an answer takes is the machine's of that day.
  const cause = breach === 'too slow' ? undefined : breach
  if (cause === undefined && missed.length === 0 && leaks.length === 0) return undefined
  return JSON.stringify([record_sha256, cause, missed, leaks.length])
}

function withoutChecks({ checks_sha256: _checks, ...fault }: SummedAnswer & { run_id: string; evidence_id: string }) {
  return fault
}
