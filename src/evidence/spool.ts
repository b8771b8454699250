import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { randomId } from './random-id.ts'
import { type Evidence, type EvidenceFacts, evidenceSchema } from './schema.ts'

/** One append-only segment of a run's evidence, written by one process or thread. */
export interface Spool {
  readonly file: string
  /** Gives the facts an id, a run and a time, and returns when they are on disk. */
  append(facts: EvidenceFacts): Evidence
  close(): void
}

/**
 * Opens a segment of its own in the run's evidence folder. Each record is one line, flushed with fdatasync
 * (about 0.1 ms on a local disk): what was measured survives a kill.
 */
export function openSpool(folder: string, runId: string, now: () => Date = () => new Date()): Spool {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${process.pid}-${randomId()}.jsonl`)
  let descriptor: number | undefined
  return {
    file,
    append(facts) {
      const evidence = evidenceSchema.parse({
        id: `${facts.kind}-${randomId()}`,
        run_id: runId,
        at: now().toISOString(),
        ...facts,
      })
      descriptor ??= openSync(file, 'ax', 0o600)
      writeSync(descriptor, `${JSON.stringify(evidence)}\n`)
      fdatasyncSync(descriptor)
      return evidence
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}
