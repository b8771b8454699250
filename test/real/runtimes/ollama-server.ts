import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { freePort } from './free-port.ts'
import { preparedPath } from './prepared-runtimes.ts'
import { startWatchedServer, type WatchedServer } from './watched-server.ts'

export interface OllamaServer extends WatchedServer {
  /** Its OLLAMA_MODELS: `blobs/sha256-…` and `manifests/…`. */
  readonly modelsFolder: string
  /** `ollama create`, from a GGUF file (the prepared SmolLM2 where absent). One thread, unless parameters say else. */
  create(tag: string, weights?: string, parameters?: Readonly<Record<string, string | number>>): Promise<void>
  /** `ollama cp`. */
  copy(tag: string, copy: string): Promise<void>
}

export interface OllamaOptions {
  /** Variables of Ollama, such as OLLAMA_MAX_QUEUE. Nothing but PATH comes from this process. */
  readonly environment?: Readonly<Record<string, string>>
  /** How long it may take to be ready (60 000). */
  readonly deadline_ms?: number
}

/** A real Ollama without any model, with a home of its own that goes with it. Rejects with the end of its log. */
export async function startOllama(options: OllamaOptions = {}): Promise<OllamaServer> {
  const command = preparedPath('ollama')
  const home = await mkdtemp(path.join(tmpdir(), 'bench-memo-ollama-'))
  const modelsFolder = path.join(home, 'models')
  await mkdir(modelsFolder)
  const port = await freePort()
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    OLLAMA_MODELS: modelsFolder,
    OLLAMA_HOST: `127.0.0.1:${port}`,
    OLLAMA_NUM_PARALLEL: '1',
    ...options.environment,
  }
  const server = await startWatchedServer({
    command,
    arguments: ['serve'],
    environment,
    temporary_folder: home,
    endpoint: `http://127.0.0.1:${port}`,
    healthPath: '/api/version',
    ...(options.deadline_ms !== undefined && { deadline_ms: options.deadline_ms }),
  })
  const run = (...words: string[]) => execa(command, words, { env: environment, extendEnv: false, stdin: 'ignore' })
  return {
    ...server,
    modelsFolder,
    async create(tag, weights = preparedPath('weights'), parameters = { num_thread: 1 }) {
      const folder = await mkdtemp(path.join(home, 'create-'))
      const lines = Object.entries(parameters).map(([name, value]) => `PARAMETER ${name} ${value}`)
      const modelfile = path.join(folder, 'Modelfile')
      await writeFile(modelfile, [`FROM ${weights}`, ...lines, ''].join('\n'))
      await run('create', tag, '-f', modelfile)
      await rm(folder, { recursive: true })
    },
    async copy(tag, copy) {
      await run('cp', tag, copy)
    },
  }
}
