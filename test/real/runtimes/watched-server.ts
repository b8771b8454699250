import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { WatchedProgram } from './watcher.ts'

/** A real server on a loopback port. */
export interface WatchedServer {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  readonly endpoint: string
  /** Of the server itself. */
  readonly pid: number
  /** What it has written so far, both streams in the order in which they came. */
  log(): string
  /** Ends it and everything that it started; resolves when they are gone. */
  stop(): Promise<void>
}

interface WatchedServerOptions extends WatchedProgram {
  readonly endpoint: string
  /** Answers 200 once the server is ready. */
  readonly healthPath: string
  /** How long it may take to be ready (60 000). */
  readonly deadline_ms?: number
}

const watcher = fileURLToPath(new URL('./watcher.ts', import.meta.url))
const keptLines = 20

/**
 * Starts a server under the watcher, which ends it when this process ends, even by SIGKILL, and waits until it is
 * ready. Rejects with the end of its log where it ends before, or is not ready in time.
 */
export async function startWatchedServer(options: WatchedServerOptions): Promise<WatchedServer> {
  const { endpoint, healthPath, deadline_ms = 60_000, ...program } = options
  const child = execa(process.execPath, [watcher, JSON.stringify(program satisfies WatchedProgram)], {
    ipc: true,
    all: true,
    buffer: false,
    stdin: 'pipe',
    reject: false,
    detached: true,
    cleanup: false,
    // NODE_OPTIONS of a test runner are not the watcher's.
    env: { NODE_OPTIONS: '' },
  })
  child.stdin.on('error', () => undefined) // it ended first; `end` tells
  let log = ''
  child.all.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  // A process ends before all that it wrote has come.
  const written = finished(child.all).catch(() => undefined)
  let ended = false
  const end = child.then(async () => {
    await written
    ended = true
  })
  const stop = async () => {
    child.stdin.end()
    await end
  }
  const failure = (what: string) =>
    new Error([`${program.command} ${what}. Its log ends:`, ...log.trim().split('\n').slice(-keptLines)].join('\n  '))

  const started = await Promise.race([child.getOneMessage(), end]).catch(() => undefined)
  if (!isStarted(started)) {
    await stop()
    throw failure('did not start')
  }
  const deadline = performance.now() + deadline_ms
  while (!(await isHealthy(`${endpoint}${healthPath}`))) {
    if (ended) throw failure('ended before it was ready')
    if (performance.now() > deadline) {
      await stop()
      throw failure(`was not ready within ${deadline_ms} ms`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { endpoint, pid: started.pid, log: () => log, stop }
}

function isStarted(message: unknown): message is { pid: number } {
  return typeof message === 'object' && message !== null && 'pid' in message && typeof message.pid === 'number'
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
