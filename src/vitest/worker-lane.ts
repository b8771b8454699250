import type { Dataset } from '../datasets/dataset.ts'
import { datasetFacts } from '../datasets/dataset-facts.ts'
import { requireKnownFields } from '../datasets/known-fields.ts'
import { loadDatasetSync } from '../datasets/load.ts'
import type { Evidence } from '../evidence/schema.ts'
import { openSpool, type Spool } from '../evidence/spool.ts'
import { hashWeights } from '../identity/hash-weights.ts'
import type { NegativeControls } from '../lanes/ask-unknown-tag.ts'
import { connect } from '../lanes/connect.ts'
import { type Lane, openLane } from '../lanes/lane.ts'
import { createQueue } from '../lanes/queue.ts'
import { hashingProgress } from './hashing-progress.ts'
import { begin, connectEngine, recall, remember, takeTurn, tellHashing } from './host-client.ts'
import type { ProvidedBench } from './provided.ts'

/** A lane at a workload inside a test worker, and the dataset that it is asked. */
export interface WorkerLane {
  readonly dataset: Dataset
  /** Waits until no other process of this machine runs a local lane. No limit in time. */
  turn(): Promise<void>
  open(): Promise<Lane>
  /** What this run knows of the lane's negative control. */
  readonly controls: NegativeControls
  /** Writes a record that belongs to no call. */
  append(facts: Parameters<Spool['append']>[0]): Promise<Evidence>
  /** Waits until all that was recorded in this worker is on disk. */
  flushed(): Promise<void>
}

interface Begun {
  readonly spool: Spool
  readonly run_evidence: readonly Evidence[]
}
/** A worker runs one lane at a time; it asks one record at a time, whatever its suites do. */
const queue = createQueue()
const begun = new Map<string, Promise<Begun>>()

/** Reads the dataset now (at collection); connects to the main process when the lane is first opened. */
const lanes = new Map<string, WorkerLane>()

/** One lane a workload in a worker, however many suites ask for it: a record is asked once. */
export function workerLane(bench: ProvidedBench, workload: string): WorkerLane {
  const key = `${bench.host.url} ${bench.lane} ${workload}`
  const lane = lanes.get(key) ?? createWorkerLane(bench, workload)
  lanes.set(key, lane)
  return lane
}

function createWorkerLane(bench: ProvidedBench, workload: string): WorkerLane {
  const { config, root, lane, host } = bench
  const workloadConfig = config.workloads[workload] as (typeof config.workloads)[string]
  const dataset = loadDatasetSync(workloadConfig.dataset, root)
  requireKnownFields(dataset, workload, workloadConfig.contract.length)
  let opened: Promise<Lane> | undefined
  const controls: NegativeControls = {
    recall: () => recall(host, lane, 'control'),
    remember: (control) => remember(host, lane, 'control', control),
  }
  return {
    dataset,
    controls,
    turn: () => takeTurn(host, lane),
    open() {
      opened ??= beginOnce(bench).then(({ spool, run_evidence }) =>
        openLane({
          name: lane,
          workload,
          config,
          dataset,
          connect: (context) => connect(config, lane, () => connectEngine(host, lane, context.signal)),
          queue,
          append: spool.append,
          hashWeights: (files) =>
            hashWeights(files, { onProgress: hashingProgress((progress) => tellHashing(host, progress)) }),
          controls,
          runEvidence: [...run_evidence, spool.append(datasetFacts(workload, dataset))],
        }),
      )
      return opened
    },
    append: async (facts) => (await beginOnce(bench)).spool.append(facts),
    flushed: async () => (await beginOnce(bench)).spool.flushed(),
  }
}

/** A terminal sends Ctrl-C to the whole group; the main process decides, and a fork that died would lose its answers. */
function leaveInterruptToMain(): void {
  if (process.send && process.listenerCount('SIGINT') === 0) process.on('SIGINT', () => undefined)
}

function beginOnce({ host, lane }: ProvidedBench): Promise<Begun> {
  let once = begun.get(host.url)
  if (!once) {
    leaveInterruptToMain()
    once = begin(host, lane).then(({ run_id, evidence_folder, run_evidence }) => ({
      spool: openSpool(evidence_folder, run_id),
      run_evidence,
    }))
    begun.set(host.url, once)
  }
  return once
}
