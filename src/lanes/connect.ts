import { endpointOf } from '../config/endpoint.ts'
import { runtimeOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'
import { createEmbeddedRuntime } from '../runtimes/embedded.ts'
import { createOpenaiCompatibleRuntime } from '../runtimes/openai-compatible.ts'
import type { Connection } from './call-context.ts'
import { requireOnPremises } from './premises.ts'

/** How to reach the embedded engine once the main process has started it. */
export interface EngineAddress {
  readonly endpoint: string
  readonly token: string
  readonly pid: number
}

/**
 * Connects a lane to its runtime. Keys come from the environment only, by the name in the config; a runtime that the
 * config calls local must be on the premises. @throws OffPremises where it is not
 */
export async function connect(
  config: BenchConfig,
  lane: string,
  startEngine: () => Promise<EngineAddress>,
): Promise<Connection> {
  const runtime = runtimeOf(config, lane)
  if (runtime.kind === 'embedded') {
    const { endpoint, token, pid } = await startEngine()
    return { runtime: createEmbeddedRuntime({ endpoint, token }), serving_pid: pid }
  }
  const endpoint = endpointOf(runtime) as string
  if (runtime.location === 'local') await requireOnPremises(endpoint)
  const apiKey = runtime.api_key_env === undefined ? undefined : process.env[runtime.api_key_env]
  const server = { endpoint, ...(apiKey !== undefined && { apiKey }) }
  switch (runtime.kind) {
    case 'openai-compatible':
      return { runtime: createOpenaiCompatibleRuntime(server) }
    default:
      throw new TypeError(`no adapter for ${runtime.kind}`)
  }
}
