import { freePort } from './free-port.ts'
import { preparedPath } from './prepared-runtimes.ts'
import { startWatchedServer, type WatchedServer } from './watched-server.ts'

export interface LlamaServerOptions {
  /** Path of a GGUF file; the prepared SmolLM2 where absent. */
  readonly weights?: string
  /** The name it answers under. */
  readonly alias: string
  /** Tokens of context (2048). */
  readonly context?: number
  /** CPU threads (1: llama.cpp's threads collapse where other tests share the cores). */
  readonly threads?: number
  /** A port that is free; any one where absent. */
  readonly port?: number
  readonly extraArguments?: readonly string[]
  /** How long it may take to be ready (60 000). */
  readonly deadline_ms?: number
}

/** A real llama-server, ready to answer one request at a time. Rejects with the end of its log. */
export async function startLlamaServer(options: LlamaServerOptions): Promise<WatchedServer> {
  const { alias, context = 2048, threads = 1, extraArguments = [], deadline_ms } = options
  const port = options.port ?? (await freePort())
  return await startWatchedServer({
    command: preparedPath('llamaServer'),
    arguments: [
      ...['--model', options.weights ?? preparedPath('weights'), '--alias', alias],
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...['--ctx-size', String(context), '--parallel', '1', '--threads', String(threads)],
      ...['--metrics', '--slots', '--offline'],
      ...extraArguments,
    ],
    environment: { PATH: process.env.PATH ?? '' },
    endpoint: `http://127.0.0.1:${port}`,
    healthPath: '/health',
    ...(deadline_ms !== undefined && { deadline_ms }),
  })
}
