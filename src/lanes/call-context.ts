import type { Evidence } from '../evidence/schema.ts'
import type { Runtime } from '../runtimes/runtime.ts'

/** A runtime that a lane may use now, and the process that serves it where that runs on this machine. */
export interface Connection {
  readonly runtime: Runtime
  readonly serving_pid?: number
}

/** What one call knows of its surroundings. */
export interface CallContext {
  readonly signal?: AbortSignal
  readonly retry?: number
  readonly repeat?: number
  /** Told of every answer's whole text, which the evidence of a private workload does not hold. Nothing of it is written. */
  readonly onAnswer?: (record_id: string, text: string) => void
  /** Told of every record once it is written. */
  readonly onEvidence?: (evidence: Evidence) => Promise<void> | void
}
