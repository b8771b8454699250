import type { RunnerTestCase } from 'vitest'
import type { GateName } from '../config/gates-for.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import type { Completion, Evidence } from '../evidence/schema.ts'
import { curtailmentOf, unlessCurtailed } from '../gates/curtailment.ts'
import { judge } from '../gates/judge.ts'
import type { GateInput, Verdict } from '../gates/verdict.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'
import { baselineFacts, measure } from '../probes/measure.ts'
import { probeNegativeControl } from '../probes/negative-control.ts'
import { createCarrier } from './evidence-carrier.ts'
import { GateFailure } from './gate-failure.ts'
import { gradeOnce, keepForGraders } from './grade-once.ts'
import { knowAttempts } from './know-attempts.ts'
import { probeCapabilityOnce } from './probe-capability-once.ts'
import { probeContextOnce, probeInterferenceOnce, probeLatencyOnce } from './probe-once.ts'
import type { ProvidedBench } from './provided.ts'
import { runWorkersOnce } from './run-workers-once.ts'
import { earlyStop, inputOf } from './stop-early.ts'
import type { WorkerLane } from './worker-lane.ts'

/** A lane as a test sees it: what it asks is written down under that test. */
export interface TestLane {
  readonly name: string
  readonly workload: string
  /** The tag that is asked for. */
  readonly model: string
  /** Connects and loads the model. @throws RuntimeFailure saying what to do */
  present(): Promise<void>
  /** Asks one record, once a run: asked again it gives the same completion. */
  ask(record: DatasetRecord): Promise<Completion>
  /** Asks these records in order and notes memory and the no-model baseline. A gate run stops once a required gate has failed for good. */
  measure(records: readonly DatasetRecord[]): Promise<readonly Completion[]>
  /** What was recorded so far. */
  evidence(): readonly Evidence[]
  /** Judges by a gate and writes the verdict down. For the context gate it probes the context first, for latency the speed, each once a run; for the worker gate it runs the workers, once. */
  judge(gate: GateName | ((input: GateInput) => Verdict)): Promise<Verdict>
}

interface Binding {
  readonly bench: ProvidedBench
  readonly worker: WorkerLane
  readonly task: Readonly<RunnerTestCase>
  readonly signal: AbortSignal
}

const withBaseline = new WeakSet<Lane>()

export function bindLane(lane: Lane, { bench, worker, task, signal }: Binding): TestLane {
  const carrier = createCarrier(task)
  const attach = carrier.add
  /** The test goes on when its evidence is attached and on disk. */
  async function withEvidence<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work
    } finally {
      await Promise.all([carrier.arrived(), worker.flushed()])
    }
  }
  const onAnswer = keepForGraders(lane, worker)
  const context: CallContext = {
    signal,
    retry: task.result?.retryCount ?? 0,
    repeat: task.result?.repeatCount ?? 0,
    onEvidence: attach,
    ...(onAnswer && { onAnswer }),
  }
  function adopt(evidence: Evidence): void {
    lane.adopt(evidence)
    attach(evidence)
  }
  const isCurtailed = (): boolean => curtailmentOf(inputOf(lane, bench.config)) !== undefined

  const learnAttempts = (): Promise<void> => knowAttempts(lane, bench, worker.dataset, adopt)
  async function askOne(record: DatasetRecord): Promise<Completion> {
    const completion = await lane.ask(record, context)
    await learnAttempts()
    return completion
  }

  async function measureWithBaseline(records: readonly DatasetRecord[]): Promise<readonly Completion[]> {
    const stop = earlyStop(lane, bench)
    const completions = await measure(lane, records, context, stop.isSettled)
    const curtailment = stop.curtailment(records)
    if (curtailment) adopt(await worker.append(curtailment))
    await learnAttempts()
    if (!withBaseline.has(lane)) {
      withBaseline.add(lane)
      for (const facts of baselineFacts(lane.workload, worker.dataset, records)) attach(await worker.append(facts))
    }
    if (isCurtailed()) return completions
    // In a gate run other workloads, which would have probed it for all, may have been stopped.
    if (bench.config.run === 'gate') await probeContextOnce(lane, bench, context)
    await probeNegativeControl(lane, worker.controls, context)
    await probeCapabilityOnce(lane, bench, context)
    await probeInterferenceOnce(lane, bench, context)
    // A gate run asks for verdicts, and no grade changes one.
    if (bench.config.run === 'memo') await gradeOnce(lane, { bench, worker, records, completions, signal, keep: adopt })
    return completions
  }

  async function judgeNow(gate: Parameters<TestLane['judge']>[0]): Promise<Verdict> {
    // What a stopped lane is not asked any more, no probe asks it either.
    const isStopped = isCurtailed()
    if (gate === 'context' && !isStopped) await probeContextOnce(lane, bench, context)
    if (gate === 'latency' && !isStopped) await probeLatencyOnce(lane, bench, context)
    if (gate === 'worker' && !isStopped) await runWorkersOnce(lane, bench, worker.dataset, context)
    const input = inputOf(lane, bench.config)
    const verdict = typeof gate === 'string' ? judge(gate, input) : unlessCurtailed(gate(input), input)
    const { status, n, needed } = verdict
    attach(
      await worker.append({
        kind: 'verdict',
        lane: lane.name,
        workload: lane.workload,
        gate: verdict.gate,
        status,
        n,
        needed,
      }),
    )
    return verdict
  }

  return {
    name: lane.name,
    workload: lane.workload,
    model: lane.config.model,
    present: () => withEvidence(lane.present(context)),
    ask: async (record) => withEvidence(askOne(record)),
    measure: (records) => withEvidence(measureWithBaseline(records)),
    evidence: () => lane.evidence(),
    judge: (gate) => withEvidence(judgeNow(gate)),
  }
}

/** Ends the test where a required gate did not pass. */
export function requirePass(verdict: Verdict): void {
  if (verdict.required && verdict.status !== 'pass' && verdict.status !== 'not-applicable')
    throw new GateFailure(verdict)
}
