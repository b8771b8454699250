import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { EvidenceError, readEvidence } from './read.ts'
import type { Evidence } from './schema.ts'

/** A run's evidence and where it was read. */
export interface FoundRun {
  /** As the evidence itself says; several where runs were merged. */
  readonly run_ids: readonly string[]
  /** Folder of its segments, relative to the working directory where it lies below it. */
  readonly folder: string
  readonly evidence: readonly Evidence[]
  /** Segments whose last line was cut off by a kill. */
  readonly torn: readonly string[]
}

const latestSchema = z.object({ run_id: z.string(), folder: z.string() })

/**
 * A run by its name: `latest` (the latest whole run), the id of a run under `.bench/runs`, or the path of a folder that
 * holds evidence: a run's, its `evidence`, or a copy of either, wherever it was committed.
 * @param root folder of bench.config.yaml
 * @throws Error saying where it looked; EvidenceError for evidence that cannot be trusted, or where there is none
 */
export async function findRun(name: string, root: string, from: string): Promise<FoundRun> {
  const folder = await segmentsFolder(await runFolder(name, root, from), name)
  const { evidence, torn } = await readEvidence(folder)
  if (evidence.length === 0) throw new EvidenceError(`${shown(folder, from)} holds no evidence`)
  const run_ids = [...new Set(evidence.map(({ run_id }) => run_id))].sort()
  return { run_ids, folder: shown(folder, from), evidence, torn }
}

async function runFolder(name: string, root: string, from: string): Promise<string> {
  const bench = join(root, '.bench')
  if (name === 'latest') {
    const file = join(bench, 'latest')
    const latest = await readFile(file, 'utf8').catch(() => undefined)
    if (latest === undefined)
      throw new Error(`no ${shown(file, from)}: no whole run has ended here; run the bench first`)
    return join(bench, latestSchema.parse(JSON.parse(latest)).folder)
  }
  const ofRun = join(bench, 'runs', name)
  if (basename(name) === name && existsSync(ofRun)) return ofRun
  const path = resolve(from, name)
  if (existsSync(path)) return path
  throw new Error(`no run ${name}: neither ${shown(ofRun, from)} nor a folder ${shown(path, from)} is there`)
}

async function segmentsFolder(folder: string, name: string): Promise<string> {
  for (const each of [join(folder, 'evidence'), folder]) {
    const files = await readdir(each).catch(() => [])
    if (files.some((file) => file.endsWith('.jsonl'))) return each
  }
  throw new EvidenceError(`${name} holds no evidence: there is no .jsonl file in ${folder} or its folder evidence`)
}

function shown(path: string, from: string): string {
  const short = relative(from, path)
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : short
}
