import type { GateName } from '../config/gates-for.ts'
import { count } from '../gates/wording.ts'
import { mcnemar } from '../statistics/mcnemar.ts'
import { pairedDifferenceInterval } from '../statistics/paired-difference.ts'
import type { GateComparison, Test } from './gate-comparison.ts'

/** How one record fared: whether it met the gate's rule, and where that is written. */
export interface RecordOutcome {
  readonly met: boolean
  readonly evidence_id: string
}
/** By the hash of the record's input. A record about which nothing can be said is absent. */
export type RecordOutcomes = ReadonlyMap<string, RecordOutcome>

/**
 * Pass and fail of the same records, by McNemar's exact test. Records that one side lacks are no pairs, but what they
 * could have been is reckoned with. Pure.
 * @param what a record that meets the rule is called, as "valid"
 */
export function compareRecords(
  gate: GateName,
  what: string,
  a: RecordOutcomes,
  b: RecordOutcomes,
): Test | GateComparison {
  const pairs = [...a].flatMap(([record, before]) => {
    const after = b.get(record)
    return after ? [{ before, after }] : []
  })
  const lone = { inA: withoutPair(a, b), inB: withoutPair(b, a) }
  const missing = lone.inA.length + lone.inB.length
  const n = pairs.length
  if (n === 0) {
    return { gate, result: 'not-comparable', n, reason: 'no record was judged on both sides', evidence_ids: [] }
  }
  const tally = (before: boolean, after: boolean) =>
    pairs.filter((pair) => pair.before.met === before && pair.after.met === after)
  const [worse, better] = [tally(true, false), tally(false, true)]
  const both = tally(true, true).length
  const outcomes = { both, only_before: worse.length, only_after: better.length, neither: tally(false, false).length }
  const { p_value } = mcnemar(worse.length, better.length)
  const [before, after] = [both + worse.length, both + better.length]
  const changed = [...worse, ...better]
  return {
    gate,
    n,
    effect: {
      unit: 'share',
      before: before / n,
      after: after / n,
      change: (after - before) / n,
      interval: pairedDifferenceInterval(outcomes),
    },
    p_value,
    extreme_p_value: mcnemar(n, 0).p_value,
    ...(missing > 0 && { hidden: whatCouldHide(worse.length, better.length, lone) }),
    towards: worse.length > better.length ? 'worse' : worse.length < better.length ? 'better' : 'neither',
    reason: [
      `${before} of ${n} ${what} in A, ${after} in B`,
      `${worse.length} only in A, ${better.length} only in B`,
      ...(missing > 0 ? [`${count(missing, 'record')} judged on one side alone`] : []),
    ].join('; '),
    evidence_ids: (changed.length > 0 ? changed : pairs.slice(0, 1)).flatMap((pair) => [
      pair.before.evidence_id,
      pair.after.evidence_id,
    ]),
  }
}

function withoutPair(side: RecordOutcomes, other: RecordOutcomes): RecordOutcome[] {
  return [...side].flatMap(([record, outcome]) => (other.has(record) ? [] : [outcome]))
}

/**
 * The extremes that records without a pair leave open: what one side knows of them stands. One that was met in A may
 * have got worse in B, never better.
 */
function whatCouldHide(
  worse: number,
  better: number,
  { inA, inB }: { readonly inA: readonly RecordOutcome[]; readonly inB: readonly RecordOutcome[] },
): NonNullable<Test['hidden']> {
  const [metInA, metInB] = [inA, inB].map((side) => side.filter(({ met }) => met).length) as [number, number]
  const mayBeWorse = worse + metInA + (inB.length - metInB)
  const mayBeBetter = better + (inA.length - metInA) + metInB
  return {
    ...(mayBeWorse > better && { p_of_worse: mcnemar(mayBeWorse, better).p_value }),
    ...(mayBeBetter > worse && { p_of_better: mcnemar(worse, mayBeBetter).p_value }),
  }
}
