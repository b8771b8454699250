import type { GateName } from '../config/gates-for.ts'
import type { Interval } from '../statistics/interval.ts'

export const comparisonResults = [
  'regressed',
  'improved',
  'no-evidence-of-change',
  'too-few-to-say',
  'not-comparable',
] as const
/** `no-evidence-of-change` is said only where there was enough evidence to see a change. */
export type ComparisonResult = (typeof comparisonResults)[number]

/** What became of one gate from A to B. Numbers are absent where nothing was tested. */
export interface GateComparison {
  readonly gate: GateName
  readonly result: ComparisonResult
  /** Pairs of the same record, or the smaller of two samples without pairs. */
  readonly n: number
  readonly effect?: Effect
  /** Two-sided, of this test alone. */
  readonly p_value?: number
  /** After Holm, over all tests of this comparison: what the result goes by. */
  readonly adjusted_p_value?: number
  readonly reason: string
  readonly evidence_ids: readonly string[]
}

/** B against A. */
export interface Effect {
  readonly unit: 'share' | 'milliseconds'
  readonly before: number
  readonly after: number
  /** Shares: after minus before. Milliseconds: the typical difference (Hodges and Lehmann). */
  readonly change: number
  /** 95 %, of this effect alone; absent where there are too few for it. */
  readonly interval?: Interval
}

/** A gate's test before it is known how many others are made beside it. */
export interface Test {
  readonly gate: GateName
  readonly n: number
  readonly effect: Effect
  readonly p_value: number
  /** What p would be at this n if all had gone one way. */
  readonly extreme_p_value: number
  /** What records without a pair could have shown at most, each way, as p; absent where each has a pair. */
  readonly hidden?: { readonly p_of_worse?: number; readonly p_of_better?: number }
  readonly towards: 'worse' | 'better' | 'neither'
  /** Set where the change is too small to matter, however sure it is. */
  readonly negligible?: string
  readonly reason: string
  readonly evidence_ids: readonly string[]
}
