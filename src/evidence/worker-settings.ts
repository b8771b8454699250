import type { WorkerConfig } from '../config/worker-schema.ts'
import { canonicalJson } from './read.ts'
import { sha256 } from './stored-text.ts'

/** sha256 of a worker's settings in the config: evidence of another command or payload says nothing of today's. */
export function workerSettingsSha256(worker: WorkerConfig): string {
  const { seconds: _seconds, records: _records, faults: _faults, ...rest } = worker
  return sha256(canonicalJson(rest))
}
