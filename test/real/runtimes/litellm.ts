import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { randomId } from '../../../src/evidence/random-id.ts'
import { freePort } from './free-port.ts'
import { preparedPath } from './prepared-runtimes.ts'
import { startWatchedServer, type WatchedServer } from './watched-server.ts'

export interface LitellmServer extends WatchedServer {
  /** What a client must send as its key. */
  readonly key: string
}

/** One of the servers behind a name. */
export interface Deployment {
  readonly name: string
  /** Base URL, with /v1. */
  readonly endpoint: string
  /** The model that the server is asked for. */
  readonly model: string
}

/** A real LiteLLM before OpenAI-like servers; what is asked of a name in `fallbacks` may be answered by another one. */
export async function startLitellm(
  deployments: readonly Deployment[],
  fallbacks: Readonly<Record<string, string>> = {},
): Promise<LitellmServer> {
  const home = await mkdtemp(path.join(tmpdir(), 'bench-memo-litellm-'))
  const config = path.join(home, 'config.json') // JSON is YAML
  const settings = {
    model_list: deployments.map(({ name, endpoint, model }) => ({
      model_name: name,
      litellm_params: { model: `openai/${model}`, api_base: endpoint, api_key: 'none', max_retries: 0 },
      model_info: { id: `${name}-1` },
    })),
    router_settings: {
      num_retries: 0,
      fallbacks: Object.entries(fallbacks).map(([name, other]) => ({ [name]: [other] })),
    },
  }
  await writeFile(config, JSON.stringify(settings))
  const port = await freePort()
  const key = `sk-${randomId()}${randomId()}${randomId()}`
  const server = await startWatchedServer({
    command: preparedPath('litellm'),
    arguments: [
      ...['-c', 'from litellm import run_server; run_server()'],
      ...['--config', config, '--host', '127.0.0.1', '--port', String(port)],
    ],
    environment: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      LITELLM_MASTER_KEY: key,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      LITELLM_TELEMETRY: 'False',
    },
    temporary_folder: home,
    endpoint: `http://127.0.0.1:${port}`,
    healthPath: '/health/liveliness',
    deadline_ms: 120_000,
  })
  return { ...server, key }
}
