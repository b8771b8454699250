import type { BenchConfig } from './schema.ts'
import type { WorkerConfig } from './worker-schema.ts'

/** The workers that serve a workload on a lane, with their names, in the config's order. */
export function workersFor(
  config: BenchConfig,
  workload: string,
  lane: string,
): readonly (readonly [string, WorkerConfig])[] {
  return Object.entries(config.workers).filter(([, worker]) => worker.workload === workload && worker.lane === lane)
}
