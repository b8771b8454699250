import type { EvidenceFacts } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { Dataset } from './dataset.ts'

/** What gates must know of a dataset: which records are of it. Facts of kind `dataset`. */
export function datasetFacts(workload: string, dataset: Dataset): EvidenceFacts {
  return {
    kind: 'dataset',
    workload,
    sha256: dataset.sha256,
    record_sha256s: dataset.records.map(({ input }) => sha256(input)),
  }
}
