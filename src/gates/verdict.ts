import type { GateName } from '../config/gates-for.ts'
import type { BenchConfig } from '../config/schema.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { Completion, Evidence, verdictStatuses } from '../evidence/schema.ts'
import type { Interval } from '../statistics/interval.ts'
import { count } from './wording.ts'

export type VerdictStatus = (typeof verdictStatuses)[number]

/** What a gate says of one lane at one workload. Everything in it is computed from evidence and config. */
export interface Verdict {
  readonly gate: GateName
  readonly lane: string
  readonly workload: string
  readonly required: boolean
  readonly status: VerdictStatus
  /** Set on a pass that holds only while this is true, such as "memory in use stays below 80 %". */
  readonly condition?: string
  /** Distinct records, or samples, that were judged. */
  readonly n: number
  /** How many the gate asks for. */
  readonly needed: number
  readonly expected: string
  readonly observed: string
  readonly reason: string
  readonly offender?: Offender
  readonly evidence_ids: readonly string[]
  /** What to try next; only where the gate did not pass. */
  readonly remedy?: string
  /** Of the n, how many met the gate's rule; validity and quality only. */
  readonly successes?: number
  /** Least `successes` of these n for a pass. */
  readonly successes_needed?: number
  /** One-sided 95 % lower bound of the rate behind the verdict, 0 to 1. */
  readonly lower_bound?: number
  /** Two-sided 95 % interval of `successes` of `n` (Wilson): for display beside the share, never for the verdict. */
  readonly interval?: Interval
  /** Set where the lane was asked no further since a gate had failed: counts stand, rates cannot be had. */
  readonly stopped_early?: true
  /** Records in which a secret got through; quality only, absent where none did. */
  readonly leaks?: number
  /** Of the judged answers, those that parse as JSON, with the share's two-sided 95 % interval (Wilson); validity only. */
  readonly parsed?: { readonly successes: number; readonly n: number; readonly interval: Interval }
}

/** The first record that broke the gate. */
export interface Offender {
  readonly record_id: string
  readonly evidence_id: string
  readonly why: string
}

/** A gate's input: the run's evidence and whom to judge. */
export interface GateInput {
  readonly config: BenchConfig
  readonly lane: string
  readonly workload: string
  readonly evidence: readonly Evidence[]
}

/** A gate: pure, evidence in, verdict out. */
export type Gate = (input: GateInput) => Verdict

/** What counts for a route: completions of the lane as the config has it today, to records of the dataset. */
export function completionsOf(input: GateInput): Completion[] {
  const known = datasetRecords(input)
  const own = laneCompletions(input)
  return known ? own.filter(({ record_sha256 }) => known.has(record_sha256)) : own
}

/** Completions of the lane as the config has it today, also to records that an eval made up. */
export function laneCompletions(input: GateInput): Completion[] {
  const { config, lane } = input
  const options = laneOptionsSha256(config, lane)
  const model = config.lanes[lane]?.model
  return recordedCompletions(input).filter(
    ({ requested_model, options_sha256 = options }) => requested_model === model && options_sha256 === options,
  )
}

/** Whatever stands under the lane's name, also from before its settings were changed. */
export function recordedCompletions({ evidence, lane, workload }: Omit<GateInput, 'config'>): Completion[] {
  return evidence.filter(
    (each): each is Completion => each.kind === 'completion' && each.lane === lane && each.workload === workload,
  )
}

/**
 * Hashes of the records of the workload's dataset, as those who read it wrote them down; where they read several, what
 * all of them hold. Undefined where nobody did.
 */
export function datasetRecords({
  evidence,
  workload,
}: Pick<GateInput, 'evidence' | 'workload'>): ReadonlySet<string> | undefined {
  let known: ReadonlySet<string> | undefined
  let last: string | undefined
  for (const each of evidence) {
    if (each.kind !== 'dataset' || each.workload !== workload || each.sha256 === last) continue
    last = each.sha256
    const earlier = known
    known = new Set(earlier ? each.record_sha256s.filter((hash) => earlier.has(hash)) : each.record_sha256s)
  }
  return known
}

/** "25 of 30 distinct records of the dataset"; undefined where the dataset was not written down. */
export function coverage(input: GateInput, n: number): string | undefined {
  const known = datasetRecords(input)
  return known && `${n} of ${known.size} distinct records of the dataset`
}

export type Answered = Completion & { outcome: { state: 'answered' } }

export function isAnswered(completion: Completion): completion is Answered {
  return completion.outcome.state === 'answered'
}

/** Why nothing, or too little, was measured: the first failed call, the lane's own failure, or that nothing was asked. */
export function whyTooFew(input: GateInput, completions: readonly Completion[]): string {
  const { evidence, lane } = input
  const failed = completions.find((completion) => completion.outcome.state === 'failed')
  if (failed?.outcome.state === 'failed') return `${failed.record_id}: ${failed.outcome.message}`
  if (completions.length > 0) return 'the other records were not asked'
  const recorded = recordedCompletions(input).length
  if (recorded > 0) {
    return laneCompletions(input).length === 0
      ? `${count(recorded, 'answer')} were taken under other settings of the lane than the config has now`
      : 'none of the records that were asked is in the dataset'
  }
  const look = evidence.find((each) => each.kind === 'lane' && each.lane === lane && each.failure !== undefined)
  return look?.kind === 'lane' && look.failure ? look.failure.message : 'no record was asked'
}
