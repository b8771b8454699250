import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WorkerConfig } from '../config/worker-schema.ts'
import type { WorkerExit } from '../evidence/worker-request.ts'
import { guardGroup } from './orphan-guard.ts'
import { commandWords, type PayloadParts, payloadText } from './worker-payload.ts'

export interface CommandOptions {
  readonly worker: WorkerConfig
  /** Absolute. */
  readonly folder: string
  readonly payload: PayloadParts
  /** All that the command gets of an environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly onStart?: (pid: number) => void
}

export interface CommandResult {
  readonly exit: WorkerExit
  readonly stdout: string
  readonly stderr: string
  readonly total_ms: number
}

/** Between asking a group to end and ending it. */
const patience_ms = 2_000
/** A worker that writes more is ended. */
const outputLimit_characters = 20_000_000

/**
 * Runs a worker's outer command with a payload, and nothing of it stays: when it has ended, its time is over or the
 * run is aborted, or this process is killed, its whole process group is ended. A process that made itself a group of its
 * own is not reached, nor waited for any longer. Never rejects for what the command does.
 */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  const { worker, payload } = options
  const text = payloadText(worker.payload_template, payload)
  if (worker.payload !== 'file') return await runWords(options, commandWords(worker, payload, undefined), text)
  const folder = await mkdtemp(join(tmpdir(), 'bench-memo-payload-'))
  try {
    const file = join(folder, 'payload.json')
    await writeFile(file, text, { mode: 0o600 })
    return await runWords(options, commandWords(worker, payload, file), text)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runWords(
  { worker, folder, environment, signal, onStart }: CommandOptions,
  [program = '', ...rest]: readonly string[],
  payload: string,
): Promise<CommandResult> {
  // Here, since every start would pay for loading it.
  const { execa } = await import('execa')
  const started = performance.now()
  const child = execa(program, rest, {
    cwd: folder,
    env: environment,
    extendEnv: false,
    reject: false,
    detached: true, // a process group of its own
    cleanup: false,
    stripFinalNewline: false,
    maxBuffer: outputLimit_characters,
    ...(worker.payload === 'stdin' ? { input: payload } : { stdin: 'ignore' as const }),
  })
  const release = child.pid === undefined ? () => undefined : guardGroup(child.pid)
  if (child.pid !== undefined) onStart?.(child.pid)
  const group = processGroup(child.pid)
  const end = (): void => {
    group.signal('SIGTERM')
    setTimeout(() => {
      group.signal('SIGKILL')
      // A process that left the group may hold them open for ever.
      child.stdout.destroy()
      child.stderr.destroy()
    }, patience_ms).unref()
  }
  const endNow = (): void => group.signal('SIGKILL')
  let timedOut = false
  const deadline = setTimeout(() => {
    timedOut = true
    end()
  }, worker.seconds * 1000)
  signal?.addEventListener('abort', end, { once: true })
  process.once('exit', endNow)
  try {
    const { exitCode, signal: ended, stdout, stderr, originalMessage } = await child
    return {
      exit: timedOut
        ? { state: 'timed-out', seconds: worker.seconds }
        : exitCode !== undefined
          ? { state: 'exited', code: exitCode }
          : ended !== undefined
            ? { state: 'signalled', signal: ended }
            : { state: 'not-started', message: originalMessage ?? `${program} could not be started` },
      stdout,
      stderr,
      total_ms: performance.now() - started,
    }
  } finally {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', end)
    process.removeListener('exit', endNow)
    endNow()
    release()
  }
}

function processGroup(leader: number | undefined): { signal(name: NodeJS.Signals): void } {
  return {
    signal(name) {
      if (leader === undefined) return
      try {
        process.kill(process.platform === 'win32' ? leader : -leader, name)
      } catch {
        // nobody of the group is left
      }
    },
  }
}
