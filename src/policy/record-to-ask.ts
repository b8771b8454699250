import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { BenchConfig, WorkloadConfig } from '../config/schema.ts'
import type { Dataset, DatasetRecord } from '../datasets/dataset.ts'
import { readEvidence } from '../evidence/read.ts'
import { sha256 } from '../evidence/stored-text.ts'
import { contractBreach } from '../gates/contract.ts'
import { completionsOf } from '../gates/verdict.ts'

const latestSchema = z.object({ folder: z.string() })

/**
 * The record that shows whether a lane still works: one that it answered validly in the latest whole run, so that a
 * lane which is right in most cases is not blocked for a record that it never could; the first one where no run tells.
 */
export async function recordToAsk(
  config: BenchConfig,
  root: string,
  lane: string,
  workload: string,
  dataset: Dataset,
): Promise<DatasetRecord> {
  const [first] = dataset.records
  if (!first) throw new TypeError(`the dataset ${dataset.folder} has no records`)
  try {
    const bench = join(root, '.bench')
    const { folder } = latestSchema.parse(JSON.parse(await readFile(join(bench, 'latest'), 'utf8')))
    const { evidence } = await readEvidence(join(bench, folder, 'evidence'))
    const limits = config.workloads[workload] as WorkloadConfig
    const valid = completionsOf({ config, lane, workload, evidence }).filter((each) => !contractBreach(each, limits))
    const known = new Set(valid.map(({ record_sha256 }) => record_sha256))
    return dataset.records.find(({ input }) => known.has(sha256(input))) ?? first
  } catch {
    return first // no whole run yet, or one that cannot be read any more
  }
}
