import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { LogFacts } from '../evidence/log-schema.ts'
import type { CompiledRule } from './compile-rules.ts'
import { findLogs, type LogFile } from './find-logs.ts'
import type { Span } from './finding-tally.ts'
import { readJournal } from './journal.ts'
import { type FedSource, LineFeeder } from './line-feeder.ts'
import { ruleScanner } from './rule-scanner.ts'

export interface LogQuestion {
  /** Paths, folders and patterns. */
  readonly paths: readonly string[]
  /** Units of systemd's journal. */
  readonly units: readonly string[]
  /** Where relative paths start. */
  readonly folder: string
  readonly rules: readonly CompiledRule[]
  /** Milliseconds since 1970; earlier lines do not count. */
  readonly since?: number | undefined
  /** What `since` and times without a year are held against (now). */
  readonly now?: number
}

/** Reads logs once, in bounded memory whatever their size, and says what the rules find. Never throws for a log. */
export async function scanLogs(question: LogQuestion): Promise<LogFacts & { readonly missing: readonly string[] }> {
  const { paths, units, folder, rules, since, now = Date.now() } = question
  const scanner = ruleScanner(rules, since)
  const sources: LogFacts['sources'] = []
  const spans: (Span | undefined)[] = []
  const read = async (
    name: string,
    log: string,
    notAfter: number,
    feed: (feeder: LineFeeder) => Promise<string | undefined>,
  ) => {
    const feeder = new LineFeeder(scanner.scan, notAfter, scanner.openSource(name, log))
    const problem = await feed(feeder).catch((error: Error) => explain(error))
    const fed = feeder.end()
    // Of every source that was opened, also one that is left out: findings know it by its place.
    spans.push(spanOf(fed, since))
    if (fed.bytes === 0 && problem === undefined && since !== undefined) return
    sources.push(describe(name, fed, problem))
    if (fed.cut_lines > 0) scanner.note(`${name}: ${fed.cut_lines} lines longer than 1 MB were looked at in parts`)
  }
  const { files, missing } = await findLogs(paths, folder)
  for (const file of files) {
    // All its lines are older.
    if (since !== undefined && file.changed_at < since) continue
    await read(file.name, file.log, file.changed_at, (feeder) => feedFile(file, feeder))
  }
  for (const unit of units) {
    await read(`journal:${unit}`, `journal:${unit}`, now, (feeder) =>
      readJournal(unit, since, (piece) => feeder.write(piece)),
    )
  }
  return {
    ...(since !== undefined && { since: new Date(since).toISOString() }),
    sources,
    ...scanner.facts(spans),
    missing,
  }
}

/** Resolves with why the file was not read, where it was not. */
async function feedFile(file: LogFile, feeder: LineFeeder): Promise<string | undefined> {
  if (file.compressed) {
    const handle = await open(file.path)
    await pipeline(handle.createReadStream(), createGunzip(), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) feeder.write(piece)
    })
    return undefined
  }
  const handle = await open(file.path)
  try {
    // To the size that it had: what is written meanwhile may never end.
    for (let left = file.bytes; left > 0; ) {
      const room = feeder.room()
      const { bytesRead } = await handle.read(room, 0, Math.min(room.length, left))
      if (bytesRead === 0) break
      if (left === file.bytes && isUtf16(room)) return 'it is UTF-16, in which no rule matches; convert it to UTF-8'
      feeder.filled(bytesRead)
      left -= bytesRead
    }
  } finally {
    await handle.close()
  }
  return undefined
}

/** By its mark of byte order, as PowerShell writes what a program says into a file. */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
}

function describe(name: string, fed: FedSource, problem: string | undefined): LogFacts['sources'][number] {
  return {
    name,
    bytes: fed.bytes,
    lines: fed.lines,
    ...(fed.first_at !== undefined && { first_at: new Date(fed.first_at).toISOString() }),
    ...(fed.last_at !== undefined && { last_at: new Date(fed.last_at).toISOString() }),
    ...(problem !== undefined && { problem }),
  }
}

function spanOf({ first_at, last_at }: FedSource, since: number | undefined): Span | undefined {
  if (first_at === undefined || last_at === undefined) return undefined
  const from = Math.max(first_at, since ?? first_at)
  return { from, to: Math.max(from, last_at) }
}

function explain(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  if (code?.startsWith('Z_')) return `not a whole gzip file (${error.message}); what could be unpacked was read`
  return code === 'EACCES' || code === 'EPERM'
    ? 'no permission to read it'
    : `cannot be read (${code ?? error.message})`
}
