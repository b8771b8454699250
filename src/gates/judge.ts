import { type GateName, gateNames } from '../config/gates-for.ts'
import { withAttempts } from './attempt-verdict.ts'
import { contextGate } from './context.ts'
import { unlessCurtailed } from './curtailment.ts'
import { identityGate } from './identity.ts'
import { latencyGate } from './latency.ts'
import { memoryGate } from './memory.ts'
import { qualityGate } from './quality.ts'
import { unlessRejudged } from './rejudged.ts'
import { validityGate } from './validity.ts'
import type { Gate, GateInput, Verdict } from './verdict.ts'
import { workerGate } from './worker.ts'

const gates: Record<GateName, Gate> = {
  identity: identityGate,
  context: contextGate,
  validity: validityGate,
  quality: qualityGate,
  latency: latencyGate,
  memory: memoryGate,
  worker: workerGate,
}

export function judge(gate: GateName, input: GateInput): Verdict {
  return unlessRejudged(unlessCurtailed(withAttempts(gates[gate], input), input), input)
}

/** All gates of one lane at one workload, in their order. */
export function judgeAll(input: GateInput): Verdict[] {
  return gateNames.map((gate) => judge(gate, input))
}
