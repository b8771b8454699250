import { gateNames } from '../config/gates-for.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { Evidence } from '../evidence/schema.ts'
import { comparePair, type DraftedPair, type LanePair } from './compare-pair.ts'
import type { Difference, Factor } from './differences.ts'
import type { ComparisonResult, GateComparison, Test } from './gate-comparison.ts'
import { judgeTests } from './judge-tests.ts'
import type { LostGate } from './lost-gates.ts'

/** Two runs, gate by gate, where they may be compared at all. */
export interface Comparison {
  readonly a: ComparedRun
  readonly b: ComparedRun
  /** The worst of the pairs: what the exit code goes by. */
  readonly result: ComparisonResult
  /** How many statistical tests were made: p is adjusted for their number. */
  readonly tests: number
  readonly pairs: readonly PairComparison[]
}

export interface ComparedRun {
  /** Several where runs were merged. */
  readonly run_ids: readonly string[]
  /** What narrowed it; empty for a whole run. */
  readonly filters: readonly string[]
}

/** One workload on one lane of A and one of B. */
export interface PairComparison extends LanePair {
  readonly result: ComparisonResult
  /** In what the two were measured otherwise: none, or the one factor whose effect is seen here. */
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
  /** Why it is not compared; then there are no gates beside, at most, identity. */
  readonly refusal?: string
  /** B alone has it: nothing to compare with, and nothing that was lost. */
  readonly only_in_b?: boolean
  readonly gates: readonly GateComparison[]
  /** Required gates that pass in A and not in B, by today's limits; a test may call that no evidence of change. */
  readonly lost_gates: readonly LostGate[]
}

export interface ComparisonInput {
  readonly a: readonly Evidence[]
  readonly b: readonly Evidence[]
  /** Whose limits and minimum facts both sides are judged by. */
  readonly config: BenchConfig
  /** Which lane of A against which of B; all by their own names where absent. */
  readonly lanes?: readonly { readonly a: string; readonly b: string }[]
  readonly workloads?: readonly string[]
  /** What is meant to differ. Any other difference is refused. */
  readonly changed?: Factor
}

/** Pure: the same evidence and config give the same comparison. */
export function compareRuns(input: ComparisonInput): Comparison {
  const drafts = pairsOf(input).map((pair) => comparePair(pair, input))
  const judged = judgeTests(drafts.flatMap(({ lines }) => lines.filter(isTest)))
  const pairs = drafts.map((draft) => finish(draft, judged))
  return {
    a: runOf(input.a),
    b: runOf(input.b),
    result: worstOf(pairs),
    tests: judged.size,
    pairs,
  }
}

/** Candidates in A or B, in the order of the config, then of the alphabet. */
function pairsOf({ a, b, config, lanes, workloads }: ComparisonInput): LanePair[] {
  const seen = [a, b].map((evidence) => evidence.filter((each) => each.kind === 'completion'))
  const all = [...new Set(seen.flat().map(({ workload }) => workload))].sort(by(Object.keys(config.workloads)))
  return (workloads ?? all).flatMap((workload) => {
    const names = seen.flat().flatMap((each) => (each.workload === workload ? [each.lane] : []))
    const own = [...new Set(names)].sort(by(Object.keys(config.lanes))).map((lane) => ({ a: lane, b: lane }))
    const isAsked = ({ a: before, b: after }: { a: string; b: string }) =>
      lanes === undefined || workloads !== undefined || names.includes(before) || names.includes(after)
    return (lanes ?? own).filter(isAsked).map((lane) => ({ workload, lane_a: lane.a, lane_b: lane.b }))
  })
}

function by(order: readonly string[]): (a: string, b: string) => number {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return (a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)
}

function isTest(line: Test | GateComparison): line is Test {
  return !('result' in line)
}

function finish({ lines, ...pair }: DraftedPair, judged: ReadonlyMap<Test, GateComparison>): PairComparison {
  const gates = lines
    .map((line) => (isTest(line) ? (judged.get(line) as GateComparison) : line))
    .toSorted((a, b) => gateNames.indexOf(a.gate) - gateNames.indexOf(b.gate))
  return { ...pair, result: resultOf(pair, gates), gates }
}

/** What validity and quality cannot say, nothing else says for them; latency and memory only ever add a regression. */
function resultOf({ refusal }: Omit<DraftedPair, 'lines'>, gates: readonly GateComparison[]): ComparisonResult {
  const has = (wanted: ComparisonResult, among = gates) => among.some(({ result }) => result === wanted)
  const deciding = gates.filter(({ gate }) => gate === 'validity' || gate === 'quality')
  if (has('regressed')) return 'regressed'
  if (refusal !== undefined || has('not-comparable', deciding)) return 'not-comparable'
  if (has('too-few-to-say', deciding)) return 'too-few-to-say'
  return has('improved') ? 'improved' : 'no-evidence-of-change'
}

/** A lane that is new in B takes nothing away; where nothing else was compared, nothing was. */
function worstOf(pairs: readonly PairComparison[]): ComparisonResult {
  const counted = pairs.filter(({ only_in_b }) => !only_in_b)
  const order = ['regressed', 'not-comparable', 'too-few-to-say', 'improved', 'no-evidence-of-change'] as const
  return order.find((result) => counted.some((pair) => pair.result === result)) ?? 'not-comparable'
}

function runOf(evidence: readonly Evidence[]): ComparedRun {
  return {
    run_ids: [...new Set(evidence.map(({ run_id }) => run_id))].sort(),
    filters: [...new Set(evidence.flatMap((each) => (each.kind === 'run' ? each.filters : [])))],
  }
}
