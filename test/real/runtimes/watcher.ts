/**
 * Runs one program for a test and ends it with the test: `node watcher.ts <WatchedProgram as JSON>`.
 *
 * Its stdin is a pipe from the test's process, which the operating system closes when that process ends, however it
 * ends. Then, or when the test closes it, the whole process group of the program is killed: a server's own children
 * too. The pid of the program is its one message to the test. It has a process group of its own, so that Ctrl-C in a terminal does not end it before its program.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'

export interface WatchedProgram {
  readonly command: string
  readonly arguments: readonly string[]
  /** All that it gets of an environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Removed at the end. */
  readonly temporary_folder?: string
}

const patienceMs = 3_000

const program = JSON.parse(process.argv[2] ?? '') as WatchedProgram
const child = spawn(program.command, program.arguments, {
  detached: true, // a process group of its own, with the pid of its leader
  stdio: ['ignore', 'inherit', 'inherit'],
  env: program.environment,
})
child.once('spawn', () => process.connected && process.send?.({ pid: child.pid }))
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  end(1)
})
child.once('exit', (code, signal) => {
  process.stderr.write(`(ended: ${signal ?? `exit code ${code}`})\n`)
  end(code ?? 1)
})
process.stdin.resume().once('close', () => {
  signalGroup('SIGTERM')
  setTimeout(() => signalGroup('SIGKILL'), patienceMs)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => signalGroup('SIGKILL'))
// Nobody may read what is written here any more.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

/** The leader is gone: its children must not stay. */
function end(code: number): void {
  signalGroup('SIGKILL')
  if (program.temporary_folder) rmSync(program.temporary_folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}

function signalGroup(signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // no process of the group is left
  }
}
