import { join } from 'node:path'
import { prepareFolder } from '../cache/bench-folder.ts'
import type { BenchConfig, LaneConfig } from '../config/schema.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { datasetFacts } from '../datasets/dataset-facts.ts'
import { randomId } from '../evidence/random-id.ts'
import { openSpool } from '../evidence/spool.ts'
import { hashWeights } from '../identity/hash-weights.ts'
import type { NegativeControls } from '../lanes/ask-unknown-tag.ts'
import { connect } from '../lanes/connect.ts'
import { createEngines } from '../lanes/engines.ts'
import { type Lane, openLane } from '../lanes/lane.ts'
import { createQueue } from '../lanes/queue.ts'

export interface SoloOptions {
  readonly config: BenchConfig
  /** Folder of the config. */
  readonly root: string
  readonly lane: string
  readonly workload: string
  readonly dataset: Dataset
  /** Ends the fetching of weights, where an embedded lane has none yet. */
  readonly signal: AbortSignal
}

/** A lane outside of any run of the bench. */
export interface SoloLane {
  readonly lane: Lane
  readonly controls: NegativeControls
  /** How long an engine took to start that was started for it, milliseconds; undefined where none was. */
  engineStart_ms(): number | undefined
  /** Where its evidence is, from the config's folder. */
  readonly folder: string
  /** Evidence is on disk, and an engine that was started for it has ended. */
  close(): Promise<void>
}

/**
 * Opens a lane by itself, for one question before production work: evidence goes to `.bench/operations`, which no memo
 * reads. It waits for no turn on the machine, since production does not either.
 */
export async function openSoloLane({ config, root, lane, workload, dataset, signal }: SoloOptions): Promise<SoloLane> {
  const bench = join(root, '.bench')
  await prepareFolder(bench)
  const id = `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${randomId().slice(0, 4)}`
  const folder = join('.bench', 'operations', id)
  const spool = openSpool(join(root, folder, 'evidence'), id)
  const engines = createEngines(config, root, () => () => undefined)
  let engineStart_ms: number | undefined
  const startEngine = async () => {
    const begun = performance.now()
    const address = await engines.connect(config.lanes[lane] as LaneConfig, signal)
    engineStart_ms = performance.now() - begun
    return address
  }
  let control: Awaited<ReturnType<NegativeControls['recall']>>
  const controls: NegativeControls = {
    recall: async () => control,
    remember: async (found) => {
      control = found
    },
  }
  return {
    controls,
    engineStart_ms: () => engineStart_ms,
    folder,
    lane: openLane({
      name: lane,
      workload,
      config,
      dataset,
      connect: () => connect(config, lane, startEngine),
      queue: createQueue(),
      append: spool.append,
      hashWeights,
      controls,
      runEvidence: [spool.append(datasetFacts(workload, dataset))],
    }),
    async close() {
      spool.close()
      await engines.stop()
    },
  }
}
