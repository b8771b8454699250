import { locationOf } from '../config/location.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'
import { probeCapability } from '../probes/capability.ts'
import { capabilitySubject, decideCapability } from '../probes/capability-carried.ts'
import { earlierCapability, recall, remember } from './host-client.ts'
import type { ProvidedBench } from './provided.ts'

/** Where the config says nothing: so long on a local lane, never in the cloud, where questions cost money. */
const defaultSeconds = 20

/**
 * Gives a lane the run's evidence of what its runtime makes of think, streams and schemas: what another worker has
 * found, else what the latest whole run found of the same runtime and model, else what the probe finds now. A lane that
 * answered nothing is not probed.
 */
export async function probeCapabilityOnce(
  lane: Lane,
  { config, host }: Pick<ProvidedBench, 'config' | 'host'>,
  context: CallContext,
): Promise<void> {
  const { name } = lane
  const seconds = lane.config.capability_probe?.seconds ?? (locationOf(config, name) === 'cloud' ? 0 : defaultSeconds)
  if (seconds === 0) return
  const evidence = lane.evidence()
  if (evidence.some((each) => each.kind === 'capability' && each.lane === name)) return
  if (!evidence.some((each) => each.kind === 'completion' && each.outcome.state === 'answered')) return
  const known = await recall(host, name, 'capability')
  if (known) {
    lane.adopt(known)
    return
  }
  const subject = capabilitySubject(config, name, evidence)
  if (!subject) return
  const decision = decideCapability(await earlierCapability(host, name), subject, seconds)
  const found = await lane.probe(
    async (probed) =>
      'carry' in decision
        ? decision.carry
        : await probeCapability({ config, subject, seconds, ...decision.ask }, probed),
    context,
  )
  await remember(host, name, 'capability', found)
}
