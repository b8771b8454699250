import { expect } from 'vitest'
import type { DatasetRecord } from '../datasets/dataset.ts'
import { judgeValidity } from '../gates/validity.ts'
import type { GateInput, Verdict } from '../gates/verdict.ts'
import { explain, GateFailure } from './gate-failure.ts'
import type { TestLane } from './test-lane.ts'

/** What `expect(lane)` can do. Exported by the index too, which is what carries the augmentation below into its types. */
export interface LaneMatchers<R> {
  /** Asks the records: N distinct ones in a row keep the contract, and none breaks it. */
  toKeepContract: (records: readonly DatasetRecord[], options?: { readonly consecutive?: number }) => Promise<R>
  /** Asks the records: enough of them hold enough of their expected facts (gates.quality). */
  toFindFacts: (records: readonly DatasetRecord[]) => Promise<R>
  /** Asks the records: none takes longer than the workload's limit (gates.latency). */
  toAnswerInTime: (records: readonly DatasetRecord[]) => Promise<R>
  /** Asks the records and fills the lane's context once a run: prompts reach the model whole (gates.context). */
  toReadWholePrompts: (records: readonly DatasetRecord[]) => Promise<R>
  /** Asks the records: every answer is proven to come from the expected weights. */
  toProveIdentity: (records: readonly DatasetRecord[]) => Promise<R>
}

declare module 'vitest' {
  export interface Matchers<R, T = unknown> extends LaneMatchers<R> {}
}

let registered = false

/** Adds the matchers to Vitest's `expect`, once a worker. */
export function registerMatchers(): void {
  if (registered) return
  registered = true
  expect.extend({
    toKeepContract(lane: TestLane, records: readonly DatasetRecord[], options?: { consecutive?: number }) {
      const { consecutive } = options ?? {}
      return expectGate(
        this.isNot,
        lane,
        records,
        consecutive === undefined ? 'validity' : (input: GateInput) => judgeValidity(input, consecutive),
      )
    },
    toFindFacts(lane: TestLane, records: readonly DatasetRecord[]) {
      return expectGate(this.isNot, lane, records, 'quality')
    },
    toAnswerInTime(lane: TestLane, records: readonly DatasetRecord[]) {
      return expectGate(this.isNot, lane, records, 'latency')
    },
    toReadWholePrompts(lane: TestLane, records: readonly DatasetRecord[]) {
      return expectGate(this.isNot, lane, records, 'context')
    },
    toProveIdentity(lane: TestLane, records: readonly DatasetRecord[]) {
      return expectGate(this.isNot, lane, records, 'identity')
    },
  })
}

async function expectGate(
  isNot: boolean,
  lane: TestLane,
  records: readonly DatasetRecord[],
  gate: Parameters<TestLane['judge']>[0],
): Promise<{ pass: boolean; message: () => string }> {
  const verdict: Verdict = await lane.measure(records).then(() => lane.judge(gate))
  const pass = verdict.status === 'pass'
  // "Not" is for a measured failure: what was not measured is no more proven unfit than fit.
  if (!pass && (!isNot || verdict.status !== 'fail')) throw new GateFailure(verdict)
  return { pass, message: () => `expected the ${verdict.gate} gate not to pass\n${explain(verdict)}` }
}
