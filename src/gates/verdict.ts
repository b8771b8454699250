import type { GateName } from '../config/gates-for.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { Completion, Evidence, verdictStatuses } from '../evidence/schema.ts'

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
  /** Share of the judged answers that parse as JSON, 0 to 1; validity only. */
  readonly parsed_share?: number
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

export function completionsOf({ evidence, lane, workload }: GateInput): Completion[] {
  return evidence.filter(
    (each): each is Completion => each.kind === 'completion' && each.lane === lane && each.workload === workload,
  )
}

export type Answered = Completion & { outcome: { state: 'answered' } }

export function isAnswered(completion: Completion): completion is Answered {
  return completion.outcome.state === 'answered'
}

/** Identical inputs are one trial: records are counted by the hash of their input. */
export function distinctRecords(completions: readonly Completion[]): number {
  return new Set(completions.map((completion) => completion.record_sha256)).size
}

/** Why nothing, or too little, was measured: the first failed call, the lane's own failure, or that nothing was asked. */
export function whyTooFew({ evidence, lane }: GateInput, completions: readonly Completion[]): string {
  const failed = completions.find((completion) => completion.outcome.state === 'failed')
  if (failed?.outcome.state === 'failed') return `${failed.record_id}: ${failed.outcome.message}`
  if (completions.length > 0) return 'the other records were not asked'
  const look = evidence.find((each) => each.kind === 'lane' && each.lane === lane && each.failure !== undefined)
  return look?.kind === 'lane' && look.failure ? look.failure.message : 'no record was asked'
}
