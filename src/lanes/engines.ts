import { isAbsolute, join } from 'node:path'
import type { BenchConfig, LaneConfig } from '../config/schema.ts'
import type { WeightsProgress } from '../runtimes/embedded/ensure-weights.ts'
import type { EmbeddedSupervisor } from '../runtimes/embedded/supervisor.ts'
import type { EngineAddress } from './connect.ts'

/** Who is told how far the fetching of a model's weights is. */
export type FetchProgress = (model: string) => (progress: WeightsProgress) => void

/** The embedded engine of this process: one at a time, started when a lane first needs it. */
export interface Engines {
  /** Fetches the lane's weights where they are not there, and starts the engine that serves them. */
  connect(lane: LaneConfig, signal: AbortSignal): Promise<EngineAddress>
  stop(): Promise<void>
}

export function createEngines(config: BenchConfig, root: string, onFetch: FetchProgress): Engines {
  let current: { readonly key: string; readonly supervisor: EmbeddedSupervisor } | undefined
  /** Lanes that ask at once take turns: two engines never hold weights together. */
  let turn: Promise<unknown> = Promise.resolve()

  async function connectNow(lane: LaneConfig, signal: AbortSignal): Promise<EngineAddress> {
    const runtime = config.runtimes[lane.runtime]
    const threads = runtime?.kind === 'embedded' ? runtime.threads : undefined
    const path =
      lane.weights_file === undefined
        ? await fetchWeights(lane.model, signal, onFetch)
        : isAbsolute(lane.weights_file)
          ? lane.weights_file
          : join(root, lane.weights_file)
    const key = JSON.stringify([lane.model, path, threads])
    if (current?.key !== key) {
      await current?.supervisor.stop()
      const { EmbeddedSupervisor } = await import('../runtimes/embedded/supervisor.ts')
      const supervisor = new EmbeddedSupervisor({
        models: [{ tag: lane.model, path }],
        ...(threads !== undefined && { threads }),
      })
      current = { key, supervisor }
    }
    const { endpoint, token, pid } = await current.supervisor.start()
    return { endpoint, token, pid }
  }

  return {
    connect(lane, signal) {
      const connected = turn.then(() => connectNow(lane, signal))
      turn = connected.catch(() => undefined)
      return connected
    },
    async stop() {
      await current?.supervisor.stop()
      current = undefined
    },
  }
}

/** Imported only here: a run without embedded lanes loads none of it. */
async function fetchWeights(model: string, signal: AbortSignal, onFetch: FetchProgress): Promise<string> {
  const { ensureWeights } = await import('../runtimes/embedded/ensure-weights.ts')
  return ensureWeights(model, { signal, onProgress: onFetch(model) })
}
