import type { Completion, Evidence, EvidenceOf } from '../evidence/schema.ts'
import { generatedPerSecond } from '../gates/answer-speed.ts'
import { isAnswered } from '../gates/verdict.ts'
import type { Interval } from '../statistics/interval.ts'
import { median } from '../statistics/quantile.ts'
import { rankSum } from '../statistics/rank-sum.ts'

export const throttlings = ['slower', 'faster', 'not-evident', 'not-measured'] as const
export type Throttled = (typeof throttlings)[number]

/** Whether a lane generates slower at the end of its run than at its beginning. */
export interface ThrottlingAssessment {
  readonly state: Throttled
  /** Answers in each third. */
  readonly n: number
  /** Speed of the last third over that of the first, less one: the Hodges-Lehmann estimate on logarithms. */
  readonly change?: number
  /** Around the change, 95 %. */
  readonly interval?: Interval
  readonly p_value?: number
  readonly text: string
  readonly evidence_ids: readonly string[]
}

const level = 0.05
/** Lengths that differ more clearly than this may be why speeds do. */
const lengthLevel = 0.2
/** In fewer answers a third even the clearest slowing is no more than chance (rank sum, two-sided). */
const fewest = 4

/** One answer, as logarithms: tokens per second, and tokens that were in the context at its end. */
interface Timed {
  readonly speed: number
  readonly length: number
  readonly id: string
}

/**
 * The last third of a lane's answers against the first by the rank-sum test on generated tokens per second. The first
 * answer after a load is left out. Workloads follow each other and differ in prompts and schemas, so thirds are those
 * of each workload, held against its own median. Records that are longer at one end explain a change: none is claimed
 * then. Pure.
 */
export function assessThrottling(evidence: readonly Evidence[], lane: string): ThrottlingAssessment {
  const workloads = timedByWorkload(evidence, lane)
  const timed = workloads.flat()
  const thirds = workloads.map((each) => {
    const size = Math.floor(each.length / 3)
    const relative = relativeToMedian(each)
    return { first: relative.slice(0, size), last: relative.slice(each.length - size) }
  })
  const [first, last] = [thirds.flatMap((each) => each.first), thirds.flatMap((each) => each.last)]
  const n = first.length
  const memory = evidence.filter((each): each is EvidenceOf<'memory'> => each.kind === 'memory' && each.lane === lane)
  const heat = describeHeat(memory)
  const withHeat = (text: string): string => (heat === '' ? text : `${text}; ${heat}`)
  const evidence_ids = [...timed.map(({ id }) => id), ...(heat === '' ? [] : memory.map(({ id }) => id))]
  if (n < fewest) {
    const text = `slowing in the course of the run not measured: ${timed.length} timed answers, ${3 * fewest} are needed`
    return { state: 'not-measured', n, text: withHeat(text), evidence_ids }
  }
  const compare = (of: 'speed' | 'length') =>
    rankSum(
      first.map((each) => each[of]),
      last.map((each) => each[of]),
    )
  const { shift, interval, p_value } = compare('speed')
  const lengths = compare('length')
  // A longer context is slower to attend to.
  const isExplained = lengths.p_value <= lengthLevel && Math.sign(lengths.shift) === -Math.sign(shift)
  const change = Math.exp(shift) - 1
  const bounds = interval && { lower: Math.exp(interval.lower) - 1, upper: Math.exp(interval.upper) - 1 }
  const state = p_value > level || isExplained ? 'not-evident' : change < 0 ? 'slower' : 'faster'
  const numbers =
    `last third against first: ${signed(change)}` +
    (bounds ? ` (95 %: ${signed(bounds.lower)} to ${signed(bounds.upper)})` : '') +
    ` generated tokens per second, n = ${n} and ${n}, p = ${p_value < 0.001 ? '< 0.001' : p_value.toFixed(3)}`
  return {
    state,
    n,
    change,
    ...(bounds && { interval: bounds }),
    p_value,
    text: withHeat(
      `${words[state]}: ${numbers}${p_value <= level && isExplained ? `, but its records are ${lengths.shift > 0 ? 'longer' : 'shorter'} there` : ''}`,
    ),
    evidence_ids,
  }
}

const words = {
  slower: 'slows down in the course of the run',
  faster: 'speeds up in the course of the run',
  'not-evident': 'slowing in the course of the run not evident',
} as const

function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} %`
}

/** Answers in the order of asking, workload by workload, by the witness that saw all of them. */
function timedByWorkload(evidence: readonly Evidence[], lane: string): Timed[][] {
  const answered = evidence
    .filter((each): each is Completion => each.kind === 'completion' && each.lane === lane)
    .filter(isAnswered)
    .filter(({ outcome }) => outcome.timing.state !== 'cold')
    .toSorted((one, other) => one.at.localeCompare(other.at))
    .flatMap(({ id, workload, outcome }) => {
      const { prompt_tokens, output_tokens } = outcome.usage
      const speeds = generatedPerSecond(outcome)
      const isTimed = speeds.server !== undefined || speeds.wire !== undefined
      if (!isTimed || prompt_tokens === undefined || output_tokens === undefined) return []
      return [{ id, workload, speeds, length: Math.log(prompt_tokens + output_tokens) }]
    })
  const witness = answered.every(({ speeds }) => speeds.server !== undefined) ? 'server' : 'wire'
  const timed = answered.flatMap(({ id, workload, speeds, length }) => {
    const speed = speeds[witness]
    return speed === undefined ? [] : [{ id, workload, length, speed: Math.log(speed) }]
  })
  return [...Map.groupBy(timed, ({ workload }) => workload).values()]
}

function relativeToMedian(timed: readonly Timed[]): Timed[] {
  const speed = median(timed.map((each) => each.speed))
  const length = median(timed.map((each) => each.length))
  return timed.map((each) => ({ ...each, speed: each.speed - speed, length: each.length - length }))
}

/** Clock and temperature over all of a lane's records; empty where neither could be read. */
function describeHeat(memory: readonly EvidenceOf<'memory'>[]): string {
  const clocks = memory.flatMap(({ clock_mhz }) => clock_mhz ?? [])
  const temperatures = memory.flatMap(({ temperature_celsius }) => temperature_celsius ?? [])
  return [
    ...(clocks.length > 0
      ? [
          `processor clock ${clocks[0]?.before} MHz before, ${Math.min(...clocks.map(({ lowest }) => lowest))} at the lowest, ${clocks.at(-1)?.after} after`,
        ]
      : []),
    ...(temperatures.length > 0
      ? [
          `temperature ${temperatures[0]?.before.toFixed(0)} °C before, ${Math.max(...temperatures.map(({ peak }) => peak)).toFixed(0)} at the peak, ${temperatures.at(-1)?.after.toFixed(0)} after`,
        ]
      : memory.length > 0
        ? ['temperature not readable']
        : []),
  ].join(', ')
}
