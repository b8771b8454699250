import { endpointOf } from '../config/endpoint.ts'
import { runtimeOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'
import { createEmbeddedRuntime } from '../runtimes/embedded.ts'
import { localFetch } from '../runtimes/local-fetch.ts'
import type { Connection } from './call-context.ts'
import { openRuntime } from './open-runtime.ts'
import { requireOnPremises } from './premises.ts'
import { findServer } from './serving-process.ts'

/** How to reach the embedded engine once the main process has started it. */
export interface EngineAddress {
  readonly endpoint: string
  readonly token: string
  readonly pid: number
}

/** Connects a lane to its runtime. @throws OffPremises where one that the config calls local is not on the premises */
export async function connect(
  config: BenchConfig,
  lane: string,
  startEngine: () => Promise<EngineAddress>,
): Promise<Connection> {
  const runtime = runtimeOf(config, lane)
  if (runtime.kind === 'embedded') {
    const { endpoint, token, pid } = await startEngine()
    return { runtime: createEmbeddedRuntime({ endpoint, token, fetch: localFetch }), serving_pid: pid }
  }
  const endpoint = endpointOf(runtime) as string
  if (runtime.location === 'cloud') return { runtime: openRuntime(runtime) }
  await requireOnPremises(endpoint)
  const server = await findServer(endpoint)()
  return { runtime: openRuntime(runtime), ...(server && { serving_pid: server.pid }) }
}
