import type { Completion } from '../evidence/schema.ts'
import { isAnswered } from '../gates/verdict.ts'
import { percent, seconds } from '../gates/wording.ts'
import { median } from '../statistics/quantile.ts'
import { rankSum } from '../statistics/rank-sum.ts'
import { signedRank } from '../statistics/signed-rank.ts'
import type { GateComparison, Test } from './gate-comparison.ts'

/** Fewer pairs than this cannot reach 5 % (2 / 2^6 is the first that does). */
const fewestPairs = 6
/** A typical change below this share of the faster side is none that anybody would act on, however sure it is. */
const negligibleShare = 0.05

interface Timed {
  readonly total_ms: number
  readonly evidence_id: string
}
/** First answers of a population by record: asking again must not choose the better one. */
type Times = ReadonlyMap<string, Timed>

/**
 * Times of the same records in the same population: warm, or prefix-cached where a runtime gives no warm ones; cold
 * answers are too few to compare. By Wilcoxon's signed ranks, or by rank sums where there are too few pairs. Pure.
 */
export function compareLatency(a: readonly Completion[], b: readonly Completion[]): Test | GateComparison {
  const [population, before, after] = (['warm', 'prefix-cached'] as const)
    .map((state) => [state, timesOf(a, state), timesOf(b, state)] as const)
    .reduce((most, each) => (Math.min(each[1].size, each[2].size) > Math.min(most[1].size, most[2].size) ? each : most))
  if (before.size === 0 || after.size === 0) {
    const lacking = before.size > 0 ? 'B has no' : after.size > 0 ? 'A has no' : 'neither side has a'
    return {
      gate: 'latency',
      result: 'too-few-to-say',
      n: 0,
      reason: `${lacking} ${population} answer`,
      evidence_ids: [],
    }
  }
  const pairs = [...before].flatMap(([record, earlier]) => {
    const later = after.get(record)
    return later ? [{ earlier, later }] : []
  })
  const isPaired = pairs.length >= fewestPairs
  const records = before.size + after.size - pairs.length
  if (!isPaired && Math.min(before.size, after.size) < records / 2) {
    return {
      gate: 'latency',
      result: 'too-few-to-say',
      n: pairs.length,
      reason: `${before.size} ${population} answers in A, ${after.size} in B, mostly to other records: longer prompts would look like a slower lane`,
      evidence_ids: [],
    }
  }
  const [earlier, later] = isPaired
    ? [pairs.map((pair) => pair.earlier), pairs.map((pair) => pair.later)]
    : [[...before.values()], [...after.values()]]
  const tested = isPaired
    ? testPairs(pairs.map((pair) => pair.later.total_ms - pair.earlier.total_ms))
    : testSamples(earlier.map(timeOf), later.map(timeOf))
  const medians = { before: median(earlier.map(timeOf)), after: median(later.map(timeOf)) }
  const least = negligibleShare * Math.min(medians.before, medians.after)
  const { change, ...test } = tested
  return {
    gate: 'latency',
    ...test,
    effect: { unit: 'milliseconds', ...medians, change, ...(tested.interval && { interval: tested.interval }) },
    towards: change > 0 ? 'worse' : change < 0 ? 'better' : 'neither',
    ...(Math.abs(change) < least && { negligible: `less than ${percent(negligibleShare)} of the median` }),
    reason: `${population} median ${seconds(medians.before)} in A, ${seconds(medians.after)} in B${isPaired ? '' : `, ${earlier.length} and ${later.length} answers without pairs`}`,
    evidence_ids: [earlier[0], later[0]].flatMap((each) => (each ? [each.evidence_id] : [])),
  }
}

function testPairs(differences: readonly number[]) {
  const { pseudomedian, interval, p_value } = signedRank(differences)
  return {
    n: differences.length,
    change: pseudomedian,
    interval,
    p_value,
    extreme_p_value: 2 / 2 ** differences.length,
  }
}

function testSamples(earlier: readonly number[], later: readonly number[]) {
  const { shift, interval, p_value } = rankSum(earlier, later)
  const apart = rankSum(
    earlier.map((_, index) => index),
    later.map((_, index) => earlier.length + index),
  )
  const n = Math.min(earlier.length, later.length)
  return { n, change: shift, interval, p_value, extreme_p_value: apart.p_value }
}

function timesOf(completions: readonly Completion[], state: 'warm' | 'prefix-cached'): Times {
  const times = new Map<string, Timed>()
  for (const { outcome, record_sha256, id } of completions.filter(isAnswered)) {
    if (outcome.timing.state !== state || times.has(record_sha256)) continue
    times.set(record_sha256, { total_ms: outcome.timing.total_ms, evidence_id: id })
  }
  return times
}

function timeOf({ total_ms }: Timed): number {
  return total_ms
}
