import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findRun } from '../evidence/find-run.ts'
import { type Evidence, evidenceSchema } from '../evidence/schema.ts'
import { count } from '../gates/wording.ts'
import { projectConfig } from './project-config.ts'

/** A record and where it was found. */
export interface FoundEvidence {
  readonly evidence: Evidence
  /** Folder that holds `.bench`. */
  readonly root: string
  /** The run's folder, relative to the root. */
  readonly folder: string
}

/** Looks into one run, as `findRun` takes it. @throws Error where it is not there */
export async function findEvidenceIn(run: string, id: string, from: string): Promise<FoundEvidence> {
  const { root } = await projectConfig(from)
  const { evidence, folder } = await findRun(run, root, from)
  const found = evidence.find((each) => each.id === id)
  if (!found) throw new Error(`no evidence ${id} in ${folder}`)
  return { evidence: found, root, folder }
}

/**
 * Looks through all runs under the nearest `.bench`, the newest first, then through what preflights and probes asked.
 * @throws Error saying where it looked
 */
export async function findEvidence(id: string, from: string): Promise<FoundEvidence> {
  const root = nearestBench(from)
  if (root === undefined) throw new Error(`no .bench folder in ${from} or above it; run the bench first`)
  const bench = join(root, '.bench')
  const [runs, operations] = await Promise.all([newestFirst(bench, 'runs'), newestFirst(bench, 'operations')])
  for (const name of [...runs, ...operations]) {
    const evidence = await findInRun(id, join(bench, name, 'evidence'))
    if (evidence) return { evidence, root, folder: join('.bench', name) }
  }
  const asked =
    operations.length === 0 ? '' : ` and ${count(operations.length, 'preflight or probe', 'preflights and probes')}`
  throw new Error(`no evidence ${id} in ${count(runs.length, 'run')}${asked} under ${bench}`)
}

async function newestFirst(bench: string, kind: string): Promise<string[]> {
  const folder = join(bench, kind)
  const names = existsSync(folder) ? (await readdir(folder)).sort().reverse() : []
  return names.map((name) => join(kind, name))
}

async function findInRun(id: string, folder: string): Promise<Evidence | undefined> {
  const segments = existsSync(folder) ? (await readdir(folder)).filter((file) => file.endsWith('.jsonl')) : []
  for (const segment of segments) {
    const line = (await readFile(join(folder, segment), 'utf8'))
      .split('\n')
      .find((each) => each.includes(`"id":"${id}"`))
    if (line) return evidenceSchema.parse(JSON.parse(line))
  }
  return undefined
}

function nearestBench(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.bench'))) return folder
    if (dirname(folder) === folder) return undefined
  }
}
