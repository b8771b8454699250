import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Evidence, evidenceSchema } from './schema.ts'

/** Evidence on disk that cannot be trusted. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError'
}

/** The evidence of one run and what was left out of it. */
export interface EvidenceLog {
  /** In the order of time, then id. */
  readonly evidence: readonly Evidence[]
  /** Segments whose last line was cut off, as by a kill in the middle of a write. */
  readonly torn: readonly string[]
}

/** Reads all segments of a run's evidence folder. @throws EvidenceError naming file and line. */
export async function readEvidence(folder: string): Promise<EvidenceLog> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).sort()
  const segments = await Promise.all(
    files.map(async (file) => readSegment(await readFile(join(folder, file), 'utf8'), file)),
  )
  return {
    evidence: uniteEvidence(segments.flatMap((segment) => segment.evidence)),
    torn: segments.filter((segment) => segment.torn).map((segment) => basename(segment.file)),
  }
}

/** Parses one segment. A last line without its newline was torn by a kill and is left out; any other bad line is an error. */
export function readSegment(content: string, file: string): { file: string; evidence: Evidence[]; torn: boolean } {
  const lines = content.split('\n')
  const torn = lines.pop() !== ''
  const evidence = lines.map((line, index) => {
    const parsed = evidenceSchema.safeParse(parseJson(line))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw new EvidenceError(
      `${file}:${index + 1} is not evidence (${issue?.path.join('.') || 'line'}: ${issue?.message}). ` +
        'It was changed by hand or written by another version of bench-memo; move the file away to go on without it.',
    )
  })
  return { file, evidence, torn }
}

/** The ordered union by id; the same id with other content is refused. */
export function uniteEvidence(all: readonly Evidence[]): Evidence[] {
  const byId = new Map<string, { evidence: Evidence; json: string }>()
  for (const evidence of all) {
    const json = canonicalJson(evidence)
    const known = byId.get(evidence.id)
    if (known && known.json !== json) {
      throw new EvidenceError(
        `Two records with the id ${evidence.id} differ: one of them was changed. Neither is used.`,
      )
    }
    if (!known) byId.set(evidence.id, { evidence, json })
  }
  return [...byId.values()].map((entry) => entry.evidence).sort((a, b) => compare(a.at, b.at) || compare(a.id, b.id))
}

/** JSON with sorted keys: equal content gives equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => compare(a, b)))
      : inner,
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
