import { appendFile, readdir, readFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { type AttemptSummary, summariseAttempts } from '../evidence/attempt-summary.ts'

/** What earlier runs answered, of all runs whose evidence is or was in this `.bench`. */
export interface AttemptIndex {
  /** The earlier runs of a trial, the oldest first. */
  earlier(trial_sha256: string): Promise<readonly AttemptSummary[]>
}

/** A run that wrote no memo is taken for killed, and not for one that is still on, after so long. */
const longestRun_ms = 24 * 3_600_000

/** A line of the index: a summary, without its answers where an earlier line has the same, or that a run is summed up. */
type IndexLine =
  | (Omit<AttemptSummary, 'answers'> & { readonly answers?: AttemptSummary['answers'] })
  | { readonly indexed: string }

/**
 * Reads `.bench/attempts.jsonl` and sums up the runs that are not in it yet, when it is first asked. The index is a copy
 * that keeps hundreds of runs cheap to look through: without it, it is made anew from their evidence. A killed run counts
 * like any other, and a run whose folder was removed stays known.
 * @param ownRun the run that is on: no earlier attempt of itself
 */
export function openAttemptIndex(benchFolder: string, ownRun: string, now: () => number = Date.now): AttemptIndex {
  let lines: Promise<readonly string[]> | undefined
  return {
    async earlier(trial_sha256) {
      lines ??= completeIndex(benchFolder, ownRun, now())
      const own = (await lines).flatMap((line) => (line.includes(trial_sha256) ? (parseLine(line) ?? []) : []))
      const answersOf = new Map(
        own.flatMap(({ content_sha256, answers }) => (answers ? [[content_sha256, answers] as const] : [])),
      )
      const summaries = own.flatMap((each) => {
        const answers = answersOf.get(each.content_sha256)
        return answers && each.trial_sha256 === trial_sha256 && each.run_id !== ownRun ? [{ ...each, answers }] : []
      })
      const distinct = new Map(summaries.map((each) => [`${each.run_id} ${each.fingerprint}`, each]))
      return [...distinct.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.run_id < b.run_id ? -1 : 1))
    },
  }
}

async function completeIndex(benchFolder: string, ownRun: string, now: number): Promise<readonly string[]> {
  const file = join(benchFolder, 'attempts.jsonl')
  const read = await readFile(file, 'utf8').catch(() => '')
  const known = read.slice(0, read.lastIndexOf('\n') + 1)
  // What a kill tore off is cut off, so that what is appended begins a line.
  if (known !== read) await truncate(file, Buffer.byteLength(known)).catch(() => undefined)
  const lines = known.split('\n').filter((line) => line !== '')
  const indexed = new Set(lines.flatMap((line) => /^\{"indexed":"([^"]+)"\}$/.exec(line)?.[1] ?? []))
  const contents = new Set(lines.flatMap((line) => /"content_sha256":"([0-9a-f]{64})","answers"/.exec(line)?.[1] ?? []))
  const runs = await readdir(join(benchFolder, 'runs')).catch((): string[] => [])
  for (const run of runs.sort()) {
    if (run === ownRun || indexed.has(run)) continue
    const added: IndexLine[] = summariseAttempts(await evidenceLines(join(benchFolder, 'runs', run))).map(
      ({ answers, ...summary }) => {
        if (contents.has(summary.content_sha256)) return summary
        contents.add(summary.content_sha256)
        return { ...summary, answers }
      },
    )
    const isOver = await hasEnded(join(benchFolder, 'runs', run), now)
    const texts = [...added, ...(isOver ? [{ indexed: run }] : [])].map((line) => JSON.stringify(line))
    lines.push(...texts)
    // A run that may still be on is looked through again next time. Not written, the index is only slower.
    if (isOver) await appendFile(file, `${texts.join('\n')}\n`).catch(() => undefined)
  }
  return lines
}

async function evidenceLines(run: string): Promise<string[]> {
  const folder = join(run, 'evidence')
  const segments = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.jsonl')).sort()
  const texts = await Promise.all(segments.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')))
  return texts.flatMap((text) => text.split('\n'))
}

async function hasEnded(run: string, now: number): Promise<boolean> {
  if (await stat(join(run, 'memo.json')).catch(() => undefined)) return true
  const { mtimeMs } = (await stat(join(run, 'evidence')).catch(() => undefined)) ?? { mtimeMs: now }
  return now - mtimeMs > longestRun_ms
}

function parseLine(line: string): Exclude<IndexLine, { indexed: string }> | undefined {
  try {
    const parsed = JSON.parse(line) as IndexLine
    return 'indexed' in parsed ? undefined : parsed
  } catch {
    return undefined
  }
}
