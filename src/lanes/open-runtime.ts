import { endpointOf } from '../config/endpoint.ts'
import type { RuntimeConfig } from '../config/schema.ts'
import { createLlamaServerRuntime } from '../runtimes/llama-server.ts'
import { createLmStudioRuntime } from '../runtimes/lm-studio.ts'
import { createOllamaRuntime } from '../runtimes/ollama.ts'
import { createOpenaiCompatibleRuntime } from '../runtimes/openai-compatible.ts'
import type { Runtime } from '../runtimes/runtime.ts'
import { createVllmRuntime } from '../runtimes/vllm.ts'
import { keepOnPremises } from './keep-on-premises.ts'
import { fetchOnPremises } from './premises.ts'
import { findRunner, findServer } from './serving-process.ts'

/** A runtime of the config that is spoken to over HTTP. */
export type ServerConfig = Exclude<RuntimeConfig, { kind: 'embedded' }>

/**
 * The adapter for a server. Its key comes from the environment only, by the name in the config. One that is called local
 * is kept on the premises request by request; `requireOnPremises` says so earlier.
 */
export function openRuntime(
  runtime: ServerConfig,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Runtime {
  const endpoint = endpointOf(runtime) as string
  const apiKey = runtime.api_key_env === undefined ? undefined : environment[runtime.api_key_env]
  const isLocal = runtime.location === 'local'
  const server = {
    endpoint,
    ...(apiKey !== undefined && { apiKey }),
    ...(isLocal && { fetch: fetchOnPremises(endpoint) }),
  }
  switch (runtime.kind) {
    case 'ollama': {
      const ollama = createOllamaRuntime({ ...server, findRunner: findRunner(endpoint) })
      return isLocal ? keepOnPremises(ollama) : ollama
    }
    case 'llama-server':
      return createLlamaServerRuntime({ ...server, findServer: findServer(endpoint) })
    case 'lm-studio':
      return createLmStudioRuntime(server)
    case 'vllm':
      return createVllmRuntime({ ...server, findServer: findServer(endpoint) })
    case 'openai-compatible':
      return createOpenaiCompatibleRuntime(server)
  }
}
