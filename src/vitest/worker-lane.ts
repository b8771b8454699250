import type { Dataset } from '../datasets/dataset.ts'
import { datasetFacts } from '../datasets/dataset-facts.ts'
import { type Grading, readGrading } from '../datasets/grading.ts'
import { requireKnownFields } from '../datasets/known-fields.ts'
import { loadDatasetSync } from '../datasets/load.ts'
import type { Evidence, EvidenceFacts } from '../evidence/schema.ts'
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
  /** The graders of the workload, by name, with their prompts read. */
  readonly gradings: Readonly<Record<string, Grading>>
  /** Opens a lane that grades, in its turn on its machine. Only its grades are written down, by who asks for them. */
  openGrader(lane: string, grading: Grading): Promise<Lane>
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
  const gradings = Object.fromEntries(
    Object.entries(workloadConfig.graders).map(([name, grader]) => [name, readGrading(grader, root)]),
  )
  let opened: Promise<Lane> | undefined
  const controlsOf = (name: string): NegativeControls => ({
    recall: () => recall(host, name, 'control'),
    remember: (control) => remember(host, name, 'control', control),
  })
  const controls = controlsOf(lane)
  const open = (name: string, of: Dataset, append: Spool['append'], runEvidence: readonly Evidence[]): Lane =>
    openLane({
      name,
      workload,
      config,
      dataset: of,
      connect: (context) => connect(config, name, () => connectEngine(host, name, context.signal)),
      queue,
      append,
      hashWeights: (files) =>
        hashWeights(files, { onProgress: hashingProgress((progress) => tellHashing(host, progress)) }),
      controls: controlsOf(name),
      runEvidence,
    })
  return {
    dataset,
    controls,
    turn: () => takeTurn(host, lane),
    open() {
      opened ??= beginOnce(bench).then(({ spool, run_evidence }) =>
        open(lane, dataset, spool.append, [...run_evidence, spool.append(datasetFacts(workload, dataset))]),
      )
      return opened
    },
    gradings,
    async openGrader(name, grading) {
      await takeTurn(host, name)
      return open(name, grading.dataset, unwritten, [])
    },
    append: async (facts) => (await beginOnce(bench)).spool.append(facts),
    flushed: async () => (await beginOnce(bench)).spool.flushed(),
  }
}

/** What a grading lane sees of itself is no evidence of a candidate: it gets no place on disk. */
function unwritten(facts: EvidenceFacts): Evidence {
  return { ...facts, id: 'unwritten', run_id: 'unwritten', at: new Date().toISOString() } as Evidence
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
