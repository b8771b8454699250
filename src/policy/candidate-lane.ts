import { locationOf } from '../config/location.ts'
import { suggestion } from '../config/nearest.ts'
import type { BenchConfig } from '../config/schema.ts'

/** A workload or lane that the config does not have. */
export class UnknownName extends Error {
  override readonly name = 'UnknownName'
}

/** The lane to look at: the named one, else the workload's first local candidate, else its first. @throws UnknownName */
export function candidateLane(config: BenchConfig, workload: string, named: string | undefined): string {
  const settings = Object.hasOwn(config.workloads, workload) ? config.workloads[workload] : undefined
  if (!settings) {
    const known = Object.keys(config.workloads)
    throw new UnknownName(`the config has no workload ${workload}${suggestion(workload, known)}`)
  }
  const candidates = settings.lanes
  if (named === undefined)
    return candidates.find((lane) => locationOf(config, lane) === 'local') ?? (candidates[0] as string)
  if (candidates.includes(named)) return named
  throw new UnknownName(`${named} is no lane of ${workload}; it has ${candidates.join(', ')}`)
}
