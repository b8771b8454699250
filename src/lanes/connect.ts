import type { BenchConfig } from '../config/schema.ts'
import { createEmbeddedRuntime } from '../runtimes/embedded.ts'
import { createOpenaiCompatibleRuntime } from '../runtimes/openai-compatible.ts'
import type { Connection } from './call-context.ts'

/** How to reach the embedded engine once the main process has started it. */
export interface EngineAddress {
  readonly endpoint: string
  readonly token: string
  readonly pid: number
}

/** Connects a lane to its runtime. Keys come from the environment only, by the name in the config. */
export async function connect(
  config: BenchConfig,
  lane: string,
  startEngine: () => Promise<EngineAddress>,
): Promise<Connection> {
  const runtime = config.runtimes[config.lanes[lane]?.runtime ?? '']
  if (!runtime) throw new TypeError(`the config has no lane ${lane} with a runtime`)
  switch (runtime.kind) {
    case 'embedded': {
      const { endpoint, token, pid } = await startEngine()
      return { runtime: createEmbeddedRuntime({ endpoint, token }), serving_pid: pid }
    }
    case 'openai-compatible': {
      const apiKey = runtime.api_key_env === undefined ? undefined : process.env[runtime.api_key_env]
      return {
        runtime: createOpenaiCompatibleRuntime({ endpoint: runtime.endpoint, ...(apiKey !== undefined && { apiKey }) }),
      }
    }
  }
}
