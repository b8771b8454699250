import { closeSync, fdatasync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { randomId } from './random-id.ts'
import { type Evidence, type EvidenceFacts, evidenceSchema } from './schema.ts'

/** One append-only segment of a run's evidence, written by one process or thread. */
export interface Spool {
  readonly file: string
  /** Gives the facts an id, a run and a time, and returns when the operating system has them: they survive a kill. */
  append(facts: EvidenceFacts): Evidence
  /** Waits until all that was appended is on disk: it survives a power cut too. */
  flushed(): Promise<void>
  /** Returns when all is on disk. */
  close(): void
}

const flushData = promisify(fdatasync)

/**
 * Opens a segment of its own in the run's evidence folder. Each record is one line, flushed with fdatasync (0.1 ms on
 * an idle local disk, over 1 ms on a busy one) in the background, so that the next record need not wait for it.
 */
export function openSpool(folder: string, runId: string, now: () => Date = () => new Date()): Spool {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${process.pid}-${randomId()}.jsonl`)
  let descriptor: number | undefined
  let unflushed = false
  let flushing: Promise<void> | undefined
  let failure: unknown

  /** A flush covers what was written before it began; what comes meanwhile goes with the next one. */
  async function flushAll(): Promise<void> {
    try {
      while (unflushed && descriptor !== undefined) {
        unflushed = false
        await flushData(descriptor)
      }
    } catch (error) {
      if (descriptor !== undefined) failure ??= error // what was closed meanwhile was flushed by that
    } finally {
      flushing = undefined
    }
  }

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
      unflushed = true
      flushing ??= flushAll()
      return evidence
    },
    async flushed() {
      await flushing
      if (failure !== undefined) throw failure
    },
    close() {
      if (descriptor === undefined) return
      const closing = descriptor
      descriptor = undefined
      try {
        fdatasyncSync(closing)
      } finally {
        closeSync(closing)
      }
    },
  }
}
