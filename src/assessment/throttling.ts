import type { Completion, Evidence, EvidenceOf } from '../evidence/schema.ts'
import { generatedPerSecond } from '../gates/answer-speed.ts'
import { isAnswered } from '../gates/verdict.ts'
import type { Interval } from '../statistics/interval.ts'
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
/** In fewer answers a third even the clearest slowing is no more than chance (rank sum, two-sided). */
const fewest = 4

/**
 * The last third of a lane's answers against the first by the rank-sum test on generated tokens per second. The first
 * answer after a load is left out. Answers are asked in a fixed order, so records that differ may look like a change. Pure.
 */
export function assessThrottling(evidence: readonly Evidence[], lane: string): ThrottlingAssessment {
  const timed = evidence
    .filter((each): each is Completion => each.kind === 'completion' && each.lane === lane)
    .filter(isAnswered)
    .filter(({ outcome }) => outcome.timing.state !== 'cold')
    .toSorted((one, other) => one.at.localeCompare(other.at))
    .flatMap((each) => {
      const { server, wire } = generatedPerSecond(each.outcome)
      const speed = server ?? wire
      return speed === undefined ? [] : [{ speed, id: each.id }]
    })
  const n = Math.floor(timed.length / 3)
  const memory = evidence.filter((each): each is EvidenceOf<'memory'> => each.kind === 'memory' && each.lane === lane)
  const heat = describeHeat(memory)
  const withHeat = (text: string): string => (heat === '' ? text : `${text}; ${heat}`)
  const evidence_ids = [...timed.map(({ id }) => id), ...(heat === '' ? [] : memory.map(({ id }) => id))]
  if (n < fewest) {
    const text = `slowing in the course of the run not measured: ${timed.length} timed answers, ${3 * fewest} are needed`
    return { state: 'not-measured', n, text: withHeat(text), evidence_ids }
  }
  const speeds = (part: typeof timed): number[] => part.map(({ speed }) => Math.log(speed))
  const { shift, interval, p_value } = rankSum(speeds(timed.slice(0, n)), speeds(timed.slice(-n)))
  const change = Math.exp(shift) - 1
  const bounds = interval && { lower: Math.exp(interval.lower) - 1, upper: Math.exp(interval.upper) - 1 }
  const state = p_value > level ? 'not-evident' : change < 0 ? 'slower' : 'faster'
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
    text: withHeat(`${words[state]}: ${numbers}`),
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
