import { gatesFor } from '../config/gates-for.ts'
import { locationOf } from '../config/location.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'
import { probeContext } from '../probes/context.ts'
import { recall, remember } from './host-client.ts'
import type { ProvidedBench } from './provided.ts'

/**
 * Gives a lane the run's evidence of its context: what another worker has found, else what the probe finds now. A cloud
 * lane is not probed, nor one whose workload does not require the gate, nor one that answered nothing.
 */
export async function probeContextOnce(
  lane: Lane,
  { config, host }: Pick<ProvidedBench, 'config' | 'host'>,
  context: CallContext,
): Promise<void> {
  if (locationOf(config, lane.name) === 'cloud' || !gatesFor(config, lane.workload).context.required) return
  const evidence = lane.evidence()
  if (evidence.some(({ kind }) => kind === 'context')) return
  if (!evidence.some((each) => each.kind === 'completion' && each.outcome.state === 'answered')) return
  const known = await recall(host, lane.name, 'context')
  if (known) {
    lane.adopt(known)
    return
  }
  await remember(host, lane.name, 'context', await lane.probe(probeContext, context))
}
