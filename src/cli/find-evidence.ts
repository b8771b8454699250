import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findRun } from '../evidence/find-run.ts'
import { type Evidence, evidenceSchema } from '../evidence/schema.ts'
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

/** Looks through all runs under the nearest `.bench`, the newest first. @throws Error saying where it looked */
export async function findEvidence(id: string, from: string): Promise<FoundEvidence> {
  const root = nearestBench(from)
  if (root === undefined) throw new Error(`no .bench folder in ${from} or above it; run the bench first`)
  const runs = join(root, '.bench', 'runs')
  const names = existsSync(runs) ? (await readdir(runs)).sort().reverse() : []
  for (const name of names) {
    const evidence = await findInRun(id, join(runs, name, 'evidence'))
    if (evidence) return { evidence, root, folder: join('.bench', 'runs', name) }
  }
  throw new Error(`no evidence ${id} in the ${names.length} runs under ${runs}`)
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
