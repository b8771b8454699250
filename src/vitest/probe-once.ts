import { gatesFor } from '../config/gates-for.ts'
import { locationOf } from '../config/location.ts'
import { runsHere } from '../config/runs-here.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane, Probe } from '../lanes/lane.ts'
import { sweepConcurrency } from '../probes/concurrency.ts'
import { probeContext } from '../probes/context.ts'
import { probeInterference } from '../probes/interference.ts'
import { probeLatency } from '../probes/latency.ts'
import { recall, remember } from './host-client.ts'
import type { ProvidedBench } from './provided.ts'

type Bench = Pick<ProvidedBench, 'config' | 'host'>
type ProbedKind = 'context' | 'latency' | 'concurrency' | 'interference'

/** Fills the context, where the workload requires the gate. A cloud lane is not probed: it would cost money. */
export async function probeContextOnce(lane: Lane, bench: Bench, context: CallContext): Promise<void> {
  if (!isLocal(lane, bench) || !gatesFor(bench.config, lane.workload).context.required) return
  await probeOnce(lane, bench, 'context', probeContext, context)
}

/** Measures the speed of a local lane, unless its config says no; then calls at once, where its config asks for them. */
export async function probeLatencyOnce(lane: Lane, bench: Bench, context: CallContext): Promise<void> {
  const { latency_probe, concurrency_sweep } = lane.config
  if (isLocal(lane, bench) && latency_probe.calls > 0) await probeOnce(lane, bench, 'latency', probeLatency, context)
  if (concurrency_sweep) await probeOnce(lane, bench, 'concurrency', sweepConcurrency, context)
}

/** Times a foreground task beside a lane of this machine, idle and answering, unless the config says no. */
export async function probeInterferenceOnce(lane: Lane, bench: Bench, context: CallContext): Promise<void> {
  const { seconds } = bench.config.machine.interference
  if (seconds === 0 || !runsHere(bench.config, lane.name)) return
  await probeOnce(lane, bench, 'interference', (probed) => probeInterference(probed, seconds), context)
}

function isLocal(lane: Lane, { config }: Bench): boolean {
  return locationOf(config, lane.name) === 'local'
}

/** Gives a lane what another worker of this run has found, else what the probe finds now; nothing where it never answered. */
async function probeOnce(
  lane: Lane,
  { host }: Bench,
  kind: ProbedKind,
  probe: Probe,
  context: CallContext,
): Promise<void> {
  const evidence = lane.evidence()
  if (evidence.some((each) => each.kind === kind)) return
  if (!evidence.some((each) => each.kind === 'completion' && each.outcome.state === 'answered')) return
  const known = await recall(host, lane.name, kind)
  if (known) {
    lane.adopt(known)
    return
  }
  await remember(host, lane.name, kind, await lane.probe(probe, context))
}
