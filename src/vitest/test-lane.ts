import { type RunnerTestCase, recordArtifact, type TestArtifactBase } from 'vitest'
import type { GateName } from '../config/gates-for.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import type { Completion, Evidence } from '../evidence/schema.ts'
import { judge } from '../gates/judge.ts'
import type { GateInput, Verdict } from '../gates/verdict.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'
import { baselineFacts, measure } from '../probes/measure.ts'
import { GateFailure } from './gate-failure.ts'
import type { ProvidedBench } from './provided.ts'
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
  /** Asks these records in order and notes memory and the no-model baseline. */
  measure(records: readonly DatasetRecord[]): Promise<readonly Completion[]>
  /** What was recorded so far. */
  evidence(): readonly Evidence[]
  /** Judges by a gate and writes the verdict down. */
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
  const attach = async (evidence: Evidence): Promise<void> => {
    await recordArtifact(task, { type: 'bench-memo:evidence', evidence })
  }
  const context: CallContext = {
    signal,
    retry: task.result?.retryCount ?? 0,
    repeat: task.result?.repeatCount ?? 0,
    onEvidence: attach,
  }
  return {
    name: lane.name,
    workload: lane.workload,
    model: lane.config.model,
    present: () => lane.present(context),
    ask: (record) => lane.ask(record, context),
    async measure(records) {
      const completions = await measure(lane, records, context)
      if (!withBaseline.has(lane)) {
        withBaseline.add(lane)
        for (const facts of baselineFacts(lane.workload, worker.dataset, records))
          await attach(await worker.append(facts))
      }
      return completions
    },
    evidence: () => lane.evidence(),
    async judge(gate) {
      const input = { config: bench.config, lane: lane.name, workload: lane.workload, evidence: lane.evidence() }
      const verdict = typeof gate === 'string' ? judge(gate, input) : gate(input)
      const { status } = verdict
      await attach(
        await worker.append({ kind: 'verdict', lane: lane.name, workload: lane.workload, gate: verdict.gate, status }),
      )
      return verdict
    },
  }
}

/** Ends the test where a required gate did not pass. */
export function requirePass(verdict: Verdict): void {
  if (verdict.required && verdict.status !== 'pass' && verdict.status !== 'not-applicable')
    throw new GateFailure(verdict)
}

/** A copy of one record of evidence, carried by its test to reporters and blobs. */
export interface EvidenceArtifact extends TestArtifactBase {
  type: 'bench-memo:evidence'
  evidence: Evidence
}
declare const evidenceArtifact: unique symbol
declare module 'vitest' {
  export interface TestArtifactRegistry {
    [evidenceArtifact]: EvidenceArtifact
  }
}
