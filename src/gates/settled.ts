import type { GateName } from '../config/gates-for.ts'
import { isSettledFailure } from './curtailment.ts'
import { judge } from './judge.ts'
import type { GateInput, Verdict } from './verdict.ts'

/** The gates that each record can decide, in the order in which a lane's standing takes their failures. */
const recordFed: readonly GateName[] = ['identity', 'validity', 'quality', 'latency']

/**
 * The required gate that has failed so that no further record could change it; undefined while all is open. A pass is
 * never settled before the last record: any answer may be unproven or broken. Pure.
 */
export function settledFailure(input: GateInput): Verdict | undefined {
  return recordFed
    .map((gate) => judge(gate, input))
    .find((verdict) => verdict.required && isSettledFailure(verdict, input))
}
