import type { BenchConfig } from '../config/schema.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { loadDataset } from '../datasets/load.ts'
import type { Evidence } from '../evidence/schema.ts'

/** Today's datasets of the workloads that were asked and that the config still has. @throws DatasetError */
export async function loadDatasets(
  config: BenchConfig,
  evidence: readonly Evidence[],
  root: string,
): Promise<ReadonlyMap<string, Dataset>> {
  const asked = new Set(evidence.flatMap((each) => (each.kind === 'completion' ? [each.workload] : [])))
  const known = Object.entries(config.workloads).filter(([workload]) => asked.has(workload))
  return new Map(
    await Promise.all(
      known.map(async ([workload, { dataset }]) => [workload, await loadDataset(dataset, root)] as const),
    ),
  )
}
