import type { OtherProcess } from '../evidence/interference-schema.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { percent, seconds } from '../gates/wording.ts'
import { type Distribution, distributionOf } from '../statistics/distribution.ts'
import type { Interval } from '../statistics/interval.ts'
import { rankSum } from '../statistics/rank-sum.ts'

export const usabilities = ['usable', 'slowed', 'unclear', 'not-measured'] as const
/** Whether the machine stays usable for what else is done at it. */
export type Usability = (typeof usabilities)[number]

/** What an answering lane does to a small fixed task of another program. */
export interface InterferenceAssessment {
  readonly usability: Usability
  /** Milliseconds. */
  readonly idle?: Distribution
  readonly answering?: Distribution
  /** How many times as long the task takes while the lane answers: the Hodges-Lehmann estimate on logarithms. */
  readonly ratio?: number
  /** Around the ratio, 95 %. */
  readonly interval?: Interval
  readonly p_value?: number
  readonly largest_by_memory?: readonly OtherProcess[]
  readonly largest_by_processor?: readonly OtherProcess[]
  readonly text: string
  readonly evidence_ids: readonly string[]
}

/** Fewer repetitions say nothing of a median's interval. */
const fewest = 10

/**
 * Idle against answering: unpaired repetitions by the rank-sum test, their ratio by the shift of logarithms. Usable where
 * the whole interval of the ratio lies below what the config allows, slowed where it lies above. Pure.
 */
export function assessInterference(
  { idle_ms, answering_ms, id, largest_by_memory, largest_by_processor }: EvidenceOf<'interference'>,
  usable_ratio: number,
): InterferenceAssessment {
  // A task that took no time was not timed.
  const [idleTimes, answeringTimes] = [idle_ms, answering_ms].map((times) => times.filter((each) => each > 0)) as [
    number[],
    number[],
  ]
  const [idle, answering] = [distributionOf(idleTimes), distributionOf(answeringTimes)]
  const others = {
    ...(largest_by_memory && { largest_by_memory }),
    ...(largest_by_processor && { largest_by_processor }),
  }
  const known = { ...(idle && { idle }), ...(answering && { answering }), ...others, evidence_ids: [id] }
  if (!idle || !answering || idle.n < fewest || answering.n < fewest) {
    const n = `${idle?.n ?? 0} repetitions idle and ${answering?.n ?? 0} while it answered`
    return { ...known, usability: 'not-measured', text: `too few to say what it does to other programs: ${n}` }
  }
  const { shift, interval, p_value } = rankSum(idleTimes.map(Math.log), answeringTimes.map(Math.log))
  const ratio = Math.exp(shift)
  const bounds = interval && { lower: Math.exp(interval.lower), upper: Math.exp(interval.upper) }
  const usability =
    bounds === undefined
      ? 'unclear'
      : bounds.upper <= usable_ratio
        ? 'usable'
        : bounds.lower > usable_ratio
          ? 'slowed'
          : 'unclear'
  const figure =
    `a small fixed task of another program takes ${ratio.toFixed(2)} times as long while it answers` +
    (bounds ? ` (95 %: ${bounds.lower.toFixed(2)} to ${bounds.upper.toFixed(2)}` : ' (no interval') +
    `; n = ${idle.n} idle, ${answering.n} answering; median ${seconds(idle.median)} and ${seconds(answering.median)}` +
    (idle.p95 !== undefined && answering.p95 !== undefined
      ? `, p95 ${seconds(idle.p95)} and ${seconds(answering.p95)})`
      : `, at most ${seconds(idle.max)} and ${seconds(answering.max)})`)
  return {
    ...known,
    usability,
    ratio,
    ...(bounds && { interval: bounds }),
    p_value,
    text: `${figure}: ${words[usability]} (limit ${usable_ratio})`,
  }
}

const words = {
  usable: 'the machine stays usable',
  slowed: 'the machine is slowed beyond what the config allows',
  unclear: 'too close to the limit to say whether the machine stays usable',
} as const

/** "firefox 1.2 GB, code 640 MB"; processor time as a share of one core. */
export function describeOthers(
  others: readonly OtherProcess[],
  by: 'memory' | 'processor',
  size: (bytes: number) => string,
): string {
  return others
    .map(
      ({ name, resident_bytes, cores }) =>
        `${name} ${by === 'memory' ? size(resident_bytes) : `${percent(cores)} of a core`}`,
    )
    .join(', ')
}
