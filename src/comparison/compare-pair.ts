import type { WorkloadConfig } from '../config/schema.ts'
import { askedEquallyOften } from './asked-equally-often.ts'
import type { ComparisonInput } from './compare.ts'
import { type Difference, type Factor, premisesOf } from './differences.ts'
import { compareContext, compareIdentity, compareMemory, compareVerdicts } from './fixed-gates.ts'
import type { GateComparison, Test } from './gate-comparison.ts'
import { type LostGate, lostGates } from './lost-gates.ts'
import { compareLatency } from './paired-latency.ts'
import { compareRecords } from './paired-records.ts'
import { goodOutcomes, validOutcomes } from './record-outcomes.ts'
import { type Side, sideOf } from './side.ts'

export interface LanePair {
  readonly workload: string
  readonly lane_a: string
  readonly lane_b: string
}

/** A pair before p is adjusted for the number of tests. */
export interface DraftedPair extends LanePair {
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
  readonly refusal?: string
  readonly only_in_b?: boolean
  readonly lines: readonly (Test | GateComparison)[]
  readonly lost_gates: readonly LostGate[]
}

/** Pure. */
export function comparePair(pair: LanePair, { a, b, config, changed }: ComparisonInput): DraftedPair {
  const { workload, lane_a, lane_b } = pair
  const [before, after] = [sideOf(a, lane_a, workload), sideOf(b, lane_b, workload)]
  const refuse = (refusal: string, more: Partial<DraftedPair> = {}): DraftedPair => ({
    ...pair,
    differences: [],
    notes: [],
    lines: [],
    lost_gates: [],
    ...more,
    refusal,
  })
  const settings = config.workloads[workload]
  if (!settings) return refuse(`the config has no workload ${workload}, so that nothing says what a good answer is`)
  const problems = [before, after].flatMap(({ problem }, index) => (problem ? [`${'AB'[index]}: ${problem}`] : []))
  if (problems.length > 0) {
    const isNew = before.completions.length === 0 && after.completions.length > 0 && lane_a === lane_b
    return refuse(problems.join('; '), isNew ? { only_in_b: true } : {})
  }
  const { differences, notes, unknown } = premisesOf(before, after)
  if (unknown !== undefined) return refuse(unknown, { differences, notes })
  const refusal = whyTooDifferent(differences, changed)
  if (refusal !== undefined) return refuse(refusal, { differences, notes })
  const { proven, ...identity } = compareIdentity(before, after, config)
  if (!proven) {
    return refuse('answers that are not proven to come from their model say nothing of it', {
      differences,
      notes,
      lines: [identity],
    })
  }
  return {
    ...pair,
    differences,
    notes,
    lines: [identity, ...measuredGates({ before, after, settings, workload, config })],
    lost_gates: lostGates(before, after, { config, workload, withTime: isOneMachine(before, after) }),
  }
}

function whyTooDifferent(differences: readonly Difference[], changed: Factor | undefined): string | undefined {
  if (changed === undefined) {
    return differences.length > 1
      ? `they differ in ${differences.map(({ factor }) => factor).join(', ')}: which of them made a change cannot be told`
      : undefined
  }
  const others = differences.filter(({ factor }) => factor !== changed)
  if (others.length > 0) return `beside ${changed}, they differ in ${others.map(({ factor }) => factor).join(', ')}`
  return differences.length === 0 ? `${changed} was to differ, and does not` : undefined
}

function measuredGates({
  before,
  after,
  settings,
  workload,
  config,
}: {
  readonly before: Side
  readonly after: Side
  readonly settings: WorkloadConfig
  readonly workload: string
  readonly config: ComparisonInput['config']
}): (Test | GateComparison)[] {
  const withTime = isOneMachine(before, after)
  const asked = askedEquallyOften(before.completions, after.completions)
  const valid = asked.map((completions) => validOutcomes(completions, settings, { withTime }))
  const good = asked.map((completions) => goodOutcomes(completions, config, workload, { withTime }))
  const [validBefore, validAfter] = valid
  const [goodBefore, goodAfter] = good
  const worker = compareVerdicts('worker', before, after, config, workload)
  const isCloud = [before, after].some(({ parts }) => parts?.location === 'cloud')
  const otherMachine = (gate: 'latency' | 'memory'): GateComparison => ({
    gate,
    result: 'not-comparable',
    n: 0,
    reason: `${gate} does not compare across machines`,
    evidence_ids: [],
  })
  return [
    compareContext(before, after),
    ...(validBefore && validAfter ? [compareRecords('validity', 'valid', validBefore, validAfter)] : []),
    ...(goodBefore && goodAfter && goodBefore.size + goodAfter.size > 0
      ? [compareRecords('quality', 'good', goodBefore, goodAfter)]
      : []),
    withTime ? compareLatency(before.completions, after.completions) : otherMachine('latency'),
    ...(isCloud ? [] : [withTime ? compareMemory(before, after, config, workload) : otherMachine('memory')]),
    ...(worker ? [worker] : []),
  ]
}

/** A cloud's times are those of the way to it, so the machine counts there too. */
function isOneMachine(before: Side, after: Side): boolean {
  return before.machine !== undefined && before.machine.fingerprint === after.machine?.fingerprint
}
