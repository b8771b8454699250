import { isOnThisMachine } from './endpoint.ts'
import { locationOf, runtimeOf } from './location.ts'
import type { BenchConfig } from './schema.ts'

/** Whether a lane's model runs on this machine, so that its files, processes and memory can be looked at. */
export function runsHere(config: BenchConfig, lane: string): boolean {
  return locationOf(config, lane) === 'local' && isOnThisMachine(runtimeOf(config, lane))
}
