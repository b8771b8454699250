import type { BenchConfig } from '../config/schema.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import { withAssistance } from './assistance.ts'
import { type LaneAttempts, laneAttempts } from './attempts.ts'
import { type CurtailedLane, curtailedLanes } from './curtailed.ts'
import { inventoryOf, type RunInventory } from './inventory.ts'
import { assessLane, type LaneAssessment } from './lane-assessment.ts'
import { assessLatencies, type LatencyAssessment } from './latency-assessment.ts'
import { assessLogs, type LogAssessment } from './log-findings.ts'
import { type NextStep, nextSteps } from './next-steps.ts'
import { type RiskRegister, riskRegister } from './risks/register.ts'
import { setAside } from './set-aside.ts'
import type { Statement } from './statement.ts'
import { type MonthlyValue, monthlyValue } from './value.ts'
import { type WorkerFault, workerFaults } from './worker-faults.ts'
import { assessWorkload, type WorkloadAssessment } from './workload-assessment.ts'

/** Everything that terminal and memo say, recomputed from the facts and the config. */
export interface Assessment {
  readonly run: EvidenceOf<'run'> | undefined
  readonly machine: EvidenceOf<'machine'> | undefined
  /** When the last record was written; the memo's date. */
  readonly measured_at: string | undefined
  readonly workloads: readonly WorkloadAssessment[]
  readonly lanes: readonly LaneAssessment[]
  readonly latencies: readonly LatencyAssessment[]
  /** What workers do while their model server fails. */
  readonly faults: readonly WorkerFault[]
  readonly risks: RiskRegister
  /** Lanes that were tried before at the same trial. */
  readonly attempts: readonly LaneAttempts[]
  /** Lanes that a gate run stopped asking. */
  readonly curtailed: readonly CurtailedLane[]
  /** Of the amounts in `value`. */
  readonly currency: string
  readonly value: readonly MonthlyValue[]
  readonly next_steps: readonly NextStep[]
  readonly incidents: readonly EvidenceOf<'incident'>[]
  /** Verdicts recorded by tests that today's gates do not confirm. */
  readonly disagreements: readonly string[]
  /** Answers in the evidence that count for no gate, and why. */
  readonly set_aside: readonly Statement[]
  /** What was here when the run began; absent where none was taken. */
  readonly inventory?: RunInventory
  /** What the logs of the config say; absent where none were read. */
  readonly logs?: LogAssessment
  /** Set where stored answers were judged again, without asking a model. */
  readonly rejudging?: EvidenceOf<'rejudging'>
}

/** Pure: the same evidence and config give the same assessment. */
export function assess(evidence: readonly Evidence[], config: BenchConfig): Assessment {
  const rejudging = evidence.find((each) => each.kind === 'rejudging')
  const logs = assessLogs(evidence, config)
  const inventory = inventoryOf(evidence, config)
  const workloads = withAssistance(
    Object.keys(config.workloads).map((workload) => assessWorkload(evidence, config, workload)),
    config,
  )
  const lanes = Object.keys(config.lanes).map((lane) => assessLane(evidence, config, lane, workloads))
  const faults = workerFaults(evidence, config)
  return {
    run: evidence.find((each) => each.kind === 'run'),
    machine: evidence.find((each) => each.kind === 'machine'),
    measured_at: evidence.at(-1)?.at,
    workloads,
    lanes,
    latencies: assessLatencies(evidence, config),
    faults,
    risks: riskRegister({ evidence, config, workloads, lanes, faults }),
    attempts: laneAttempts(evidence, config),
    curtailed: curtailedLanes(evidence, config),
    currency: config.value.currency,
    // Only runs that complete their n feed it: of gate runs, those that were not stopped are the lucky ones.
    value: isGateRun(evidence)
      ? []
      : workloads.flatMap(({ workload, route, standings }) => monthlyValue(config, workload, route, standings) ?? []),
    next_steps: nextSteps(workloads),
    incidents: evidence.filter((each) => each.kind === 'incident'),
    disagreements: disagreements(evidence, workloads),
    set_aside: setAside(evidence, config),
    ...(inventory && { inventory }),
    ...(logs && { logs }),
    ...(rejudging && { rejudging }),
  }
}

/** True where any run that came along was a gate run. */
export function isGateRun(evidence: readonly Evidence[]): boolean {
  return evidence.some((each) => each.kind === 'curtailment' || (each.kind === 'run' && each.mode === 'gate'))
}

function disagreements(evidence: readonly Evidence[], workloads: readonly WorkloadAssessment[]): string[] {
  return evidence.flatMap((copy) => {
    if (copy.kind !== 'verdict') return []
    const standing = workloads
      .find((each) => each.workload === copy.workload)
      ?.standings.find((each) => each.lane === copy.lane)
    const verdict = standing?.verdicts.find((each) => each.gate === copy.gate)
    if (!verdict || verdict.status === copy.status || verdict.n !== copy.n || verdict.needed !== copy.needed) return []
    return [
      `${copy.workload} on ${copy.lane}: a test recorded ${copy.gate} ${copy.status}, the evidence says ${verdict.status} (${copy.id})`,
    ]
  })
}
