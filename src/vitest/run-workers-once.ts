import { workersFor } from '../config/workers-for.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'
import { probeWorker } from '../probes/worker.ts'
import type { ProvidedBench } from './provided.ts'

const ran = new WeakMap<Lane, Promise<void>>()

/** Submits the first records of a workload to each of its workers on this lane, once, whoever asks. */
export function runWorkersOnce(
  lane: Lane,
  { config, root }: ProvidedBench,
  records: readonly DatasetRecord[],
  context: CallContext,
): Promise<void> {
  const running = ran.get(lane) ?? runWorkers()
  ran.set(lane, running)
  return running

  async function runWorkers(): Promise<void> {
    for (const [name, worker] of workersFor(config, lane.workload, lane.name)) {
      for (const record of records.slice(0, worker.records)) {
        await lane.probe((probed) => probeWorker({ config, name, root, record }, probed), context)
      }
    }
  }
}
