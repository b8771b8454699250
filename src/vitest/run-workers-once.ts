import { workersFor } from '../config/workers-for.ts'
import { baselineAnswer } from '../datasets/baseline.ts'
import type { Dataset, DatasetRecord } from '../datasets/dataset.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'
import { faultsFor, probeFault } from '../probes/faults.ts'
import { probeWorker } from '../probes/worker.ts'
import type { ProvidedBench } from './provided.ts'

const ran = new WeakMap<Lane, Promise<void>>()

/** Submits the first records of a workload to each of its workers on this lane, once, whoever asks; then lets the model server fail, for those whose config asks for that. */
export function runWorkersOnce(
  lane: Lane,
  { config, root }: ProvidedBench,
  dataset: Dataset,
  context: CallContext,
): Promise<void> {
  const { records } = dataset
  const running = ran.get(lane) ?? runWorkers()
  ran.set(lane, running)
  return running

  async function runWorkers(): Promise<void> {
    for (const [name, worker] of workersFor(config, lane.workload, lane.name)) {
      for (const record of records.slice(0, worker.records)) {
        await lane.probe((probed) => probeWorker({ config, name, root, record }, probed), context)
      }
      const [record] = records
      for (const fault of record ? faultsFor(worker) : []) {
        const fallbackAnswer = baselineAnswer(dataset, record as DatasetRecord)
        await lane.probe(
          (probed) =>
            probeFault({ config, name, root, record: record as DatasetRecord, fault, fallbackAnswer }, probed),
          context,
        )
      }
    }
  }
}
