import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { LoadFailed } from '../failures.ts'
import { type EngineModel, readyLineSchema, type StartLine } from './protocol.ts'
import { siblingModule } from './sibling-module.ts'

const keptStderrLines = 20
const patienceMs = 2_000
/** What the engine needs of the environment; keys of cloud lanes are none of its business. */
const passedOn =
  /^(PATH|HOME|USERPROFILE|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR|LANG|LC_ALL|LD_LIBRARY_PATH|DYLD_\w+|OMP_\w+)$/i

export interface EmbeddedSupervisorOptions {
  /** The tags to serve and their files, as ensureWeights gives them. */
  readonly models: readonly EngineModel[]
  /** CPU threads; all cores but one where absent. */
  readonly threads?: number
  /** How long the engine may take to be ready (60 000). */
  readonly start_deadline_ms?: number
}

/**
 * All cores but one. llama.cpp's threads wait for one another in busy loops: where anything else wants the last core,
 * they wait for its scheduler. With two threads on two busy cores 0.4 tokens a second were measured, with one 35.
 */
const defaultThreads = (): number => Math.max(1, availableParallelism() - 1)

/** How to reach a running engine. Plain JSON, so that it can be provided to workers. */
export interface EngineConnection {
  readonly endpoint: string
  readonly token: string
  readonly pid: number
  readonly server_build: string
}

export type EngineState =
  | { readonly state: 'idle' | 'starting' | 'stopped' }
  | { readonly state: 'running'; readonly connection: EngineConnection }
  | {
      readonly state: 'exited'
      readonly exit_code: number | null
      readonly signal: NodeJS.Signals | null
      readonly last_stderr: readonly string[]
    }

/**
 * Starts the engine's child process when it is first needed and knows whether it lives. It belongs into the process
 * that outlives the workers; when that one ends, even by SIGKILL, the engine ends too.
 */
export class EmbeddedSupervisor {
  readonly #options: EmbeddedSupervisorOptions
  /** Kept over restarts, as is the port where it is still free: workers need not be told. */
  readonly #token = randomBytes(32).toString('base64url')
  #port = 0
  #state: EngineState = { state: 'idle' }
  #child: ChildProcess | undefined
  #starting: Promise<EngineConnection> | undefined

  constructor(options: EmbeddedSupervisorOptions) {
    this.#options = options
  }

  get state(): EngineState {
    return this.#state
  }

  /** The running engine, started where it is not running. Rejects with LoadFailed, which holds its last words. */
  async start(): Promise<EngineConnection> {
    if (this.#state.state === 'running') return this.#state.connection
    this.#starting ??= this.#launch().finally(() => {
      this.#starting = undefined
    })
    return await this.#starting
  }

  /** Ends the engine and waits until it is gone. */
  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined)
    const child = this.#child
    this.#child = undefined
    this.#state = { state: 'stopped' }
    if (!child || hasEnded(child)) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.ref()
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    await gone
    clearTimeout(timer)
  }

  async #launch(): Promise<EngineConnection> {
    this.#state = { state: 'starting' }
    const child = spawn(process.execPath, [siblingModule('engine', import.meta.url)], {
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name))),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.#child = child
    const last_stderr: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => {
      last_stderr.push(line)
      if (last_stderr.length > keptStderrLines) last_stderr.shift()
    })
    child.once('close', (exit_code, signal) => {
      if (this.#child === child) this.#state = { state: 'exited', exit_code, signal, last_stderr }
    })
    child.stdin.on('error', () => undefined) // it died before it read its start line; 'close' tells
    const { models, threads = defaultThreads() } = this.#options
    const startLine: StartLine = { token: this.#token, models: [...models], threads, port: this.#port }
    child.stdin.write(`${JSON.stringify(startLine)}\n`)

    const ready = await this.#readyLine(child, last_stderr)
    this.#port = ready.port
    const endpoint = `http://127.0.0.1:${ready.port}`
    const connection = { endpoint, token: this.#token, pid: child.pid as number, server_build: ready.server_build }
    this.#state = { state: 'running', connection }
    release(child)
    return connection
  }

  #readyLine(child: ChildProcess, last_stderr: readonly string[]): Promise<{ port: number; server_build: string }> {
    const deadline_ms = this.#options.start_deadline_ms ?? 60_000
    return new Promise((resolve, reject) => {
      const fail = (what: string, cause?: unknown) => {
        clearTimeout(timer)
        child.kill('SIGKILL')
        reject(new LoadFailed(startFailure(what, last_stderr), {}, { cause }))
      }
      const timer = setTimeout(() => fail(`was not ready within ${deadline_ms} ms`), deadline_ms)
      child.once('error', (error) => fail('could not be started', error))
      child.once('close', (code, signal) => fail(`ended before it was ready (${signal ?? `exit code ${code}`})`))
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (line) => {
        try {
          const ready = readyLineSchema.parse(JSON.parse(line))
          clearTimeout(timer)
          resolve(ready)
        } catch (cause) {
          fail('did not start with its ready line', cause)
        }
      })
    })
  }
}

function startFailure(what: string, last_stderr: readonly string[]): string {
  return [`the embedded engine ${what}`, ...last_stderr.slice(-5)].join('\n  ')
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Does not keep the process alive any more: when it ends, stdin closes, and so does the engine. */
function release(child: ChildProcess): void {
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as { unref?: () => void } | null)?.unref?.()
}
