import { glob, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'

/** A log file to read. */
export interface LogFile {
  readonly path: string
  /** The same for all files that one log was rotated to. */
  readonly log: string
  /** What may be shown: without its folder, or with the last one where two files have the same name. */
  readonly name: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly changed_at: number
  readonly compressed: boolean
}

/** Files that were found, and paths or patterns that nothing was found for. */
export interface FoundLogs {
  /** Each file once, the older before the newer of one log. */
  readonly files: readonly LogFile[]
  readonly missing: readonly string[]
}

/** More than any place of logs holds; a pattern that matches more was meant otherwise. */
const mostFiles = 2_000

/**
 * Log files by paths, folders (all that looks like a log in them) and patterns (`*`, `**`, `?`, `{a,b}`); a file brings
 * those that it was rotated to (`.1`, `.2.gz`, `-20261124`, `.2026-11-24`) along. `~/` is the home folder.
 */
export async function findLogs(patterns: readonly string[], folder: string): Promise<FoundLogs> {
  const files = new Map<string, LogFile>()
  const missing: string[] = []
  for (const pattern of patterns) {
    const before = files.size
    let found = false
    for (const path of await expand(absolute(pattern, folder))) {
      const file = await logFile(path)
      if (!file) continue
      found = true
      const real = await realpath(path)
      if (!files.has(real) && files.size < mostFiles) files.set(real, file)
    }
    if (!found && files.size === before) missing.push(pattern)
  }
  return { files: toldApart([...files.values()].sort(inOrder)), missing }
}

function toldApart(files: readonly LogFile[]): readonly LogFile[] {
  return files.map((file) =>
    files.some(({ name, path }) => name === file.name && path !== file.path)
      ? { ...file, name: `${basename(dirname(file.path))}/${file.name}` }
      : file,
  )
}

function absolute(pattern: string, folder: string): string {
  if (pattern === '~' || pattern.startsWith('~/')) return join(homedir(), pattern.slice(1))
  return isAbsolute(pattern) ? pattern : resolve(folder, pattern)
}

async function expand(path: string): Promise<readonly string[]> {
  const status = await stat(path).catch(() => undefined)
  if (status?.isDirectory()) return await listGlob(join(escaped(path), '*.{log,log.*,gz}'))
  if (status) return [path, ...(await rotatedFrom(path))]
  return await listGlob(path)
}

async function rotatedFrom(path: string): Promise<readonly string[]> {
  if (isRotated(basename(path))) return []
  const stem = path.replace(/\.(?:log|txt)$/, '')
  const candidates = await listGlob(`${escaped(stem)}[-.]*`)
  const base = familyOf(basename(path))
  return candidates.filter((each) => each !== path && familyOf(basename(each)) === base && isRotated(basename(each)))
}

async function listGlob(pattern: string): Promise<readonly string[]> {
  const found: string[] = []
  for await (const path of glob(pattern)) {
    found.push(path)
    if (found.length >= mostFiles) break
  }
  return found.sort()
}

/** A path taken as it stands. */
function escaped(path: string): string {
  return path.replace(/[*?[\]{}()!\\]/g, (character) => (character === '\\' ? '/' : `[${character}]`))
}

async function logFile(path: string): Promise<LogFile | undefined> {
  const status = await stat(path).catch(() => undefined)
  // Pipes and devices never end.
  if (!status?.isFile()) return undefined
  const name = basename(path)
  return {
    path,
    log: familyOf(path),
    name,
    bytes: status.size,
    changed_at: status.mtimeMs,
    compressed: name.endsWith('.gz'),
  }
}

const dateSuffix = /[-._](\d{4}-?\d\d-?\d\d)(?:[-_T.]?\d{2,6})?(?=\.|$)/
const numberSuffix = /[.-](\d{1,4})(?=\.(?:gz|log)(?:\.gz)?$|$)/

/** `server.log.2.gz`, `server-2.log`, `server.log-20261124` → `server`: names of one log. */
function familyOf(name: string): string {
  return name
    .replace(/\.gz$/, '')
    .replace(dateSuffix, '')
    .replace(/[.-]\d{1,4}(?=\.log$|$)/, '')
    .replace(/\.(?:log|txt)$/, '')
}

function isRotated(name: string): boolean {
  return dateSuffix.test(name) || numberSuffix.test(name)
}

/** By log, then from the oldest to the one that is written now. */
function inOrder(a: LogFile, b: LogFile): number {
  if (a.log !== b.log) return a.log < b.log ? -1 : 1
  return rank(a.name) - rank(b.name) || a.changed_at - b.changed_at || (a.path < b.path ? -1 : 1)
}

/** Dates ascend before numbers, which descend; the current file has neither. */
function rank(name: string): number {
  const date = dateSuffix.exec(name)?.[1]?.replaceAll('-', '')
  if (date) return Number(date) - 1e9
  const number = numberSuffix.exec(name)?.[1]
  return number === undefined ? 0 : -Number(number)
}
