import type { z } from 'zod'
import { bestLevel, isAtLeast } from './required-level.ts'
import { type BenchConfig, laneSchema, type RuntimeConfig, type WorkloadConfig } from './schema.ts'

/** A runtime that answered on its usual endpoint, and the models that it lists. */
export interface DiscoveredRuntime {
  readonly kind: Exclude<RuntimeConfig['kind'], 'embedded'>
  readonly endpoint: string
  readonly models: string[]
}

/**
 * The config with what discovery found: a runtime each, a lane each model, as the last candidates of every workload, so
 * that what the file names is preferred. Lanes that are for the case of nothing found leave where something was. A server
 * of unknown kind may be a gateway that passes prompts on, so private workloads get no lane on it: only the file can
 * say that it is local. Pure.
 */
export function withDiscovered(config: BenchConfig, found: readonly DiscoveredRuntime[]): BenchConfig {
  const runtimes: BenchConfig['runtimes'] = { ...config.runtimes }
  const lanes: BenchConfig['lanes'] = { ...config.lanes }
  const joined: { readonly lane: string; readonly isKnown: boolean }[] = []
  for (const { kind, endpoint, models } of found) {
    if (models.length === 0) continue
    const runtime = freeName(kind, runtimes)
    const server = { kind, endpoint, location: 'local' } as RuntimeConfig
    runtimes[runtime] = server
    const best = bestLevel(server)
    for (const model of models) {
      const lane = freeName(`${kind}-${slug(model)}`, lanes)
      lanes[lane] = laneSchema.parse({
        runtime,
        model,
        // It proves no more; a lane of the file would have to say so.
        ...(!isAtLeast(best, 'declared-twice') && { required_identity: best }),
      } satisfies z.input<typeof laneSchema>)
      joined.push({ lane, isKnown: kind !== 'openai-compatible' })
    }
  }
  if (joined.length === 0) return config
  // What a worker is to be observed on stays: else it would go unobserved without a word.
  const observed = new Set(Object.values(config.workers).map(({ lane }) => lane))
  const leaves = (lane: string): boolean => config.lanes[lane]?.only_if_none_discovered === true && !observed.has(lane)
  const workloads = Object.entries(config.workloads).map(([name, workload]): [string, WorkloadConfig] => {
    const more = joined.filter(({ isKnown }) => isKnown || workload.privacy !== 'private').map(({ lane }) => lane)
    const kept = more.length > 0 ? workload.lanes.filter((lane) => !leaves(lane)) : workload.lanes
    return [name, { ...workload, lanes: [...kept, ...more] }]
  })
  const needed = new Set(workloads.flatMap(([, { lanes: candidates, incumbent }]) => [...candidates, incumbent]))
  for (const lane of Object.keys(config.lanes)) if (leaves(lane) && !needed.has(lane)) delete lanes[lane]
  return { ...config, runtimes, lanes, workloads: Object.fromEntries(workloads) }
}

/** `Qwen3.6:27b` → `qwen3.6-27b`, as names in the config are written. */
function slug(model: string): string {
  const text = model
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
  return text.slice(0, 56) || 'model'
}

function freeName(wanted: string, taken: Readonly<Record<string, unknown>>): string {
  if (!(wanted in taken)) return wanted
  let number = 2
  while (`${wanted}-${number}` in taken) number += 1
  return `${wanted}-${number}`
}
