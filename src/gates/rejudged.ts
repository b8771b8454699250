import type { GateName } from '../config/gates-for.ts'
import type { GateInput, Verdict } from './verdict.ts'

/** Gates that judging again cannot feed: only a run measures what they ask for. */
export const gatesOfARun: readonly GateName[] = ['latency', 'memory']

/** Of stored answers that were judged again, latency and memory are not measured, whatever was recorded of them then. */
export function unlessRejudged(verdict: Verdict, { evidence }: GateInput): Verdict {
  if (!gatesOfARun.includes(verdict.gate) || verdict.status === 'not-applicable') return verdict
  if (!evidence.some((each) => each.kind === 'rejudging')) return verdict
  const { gate, lane, workload, required, needed, expected, evidence_ids } = verdict
  return {
    gate,
    lane,
    workload,
    required,
    needed,
    expected,
    status: 'not-measured',
    n: 0,
    observed: 'no model was asked',
    reason: `answers that were judged again have no ${gate}`,
    evidence_ids,
    remedy: 'run the bench: only a run measures it',
  }
}
