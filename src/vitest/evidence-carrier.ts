import { type RunnerTestCase, recordArtifact, type TestArtifactBase } from 'vitest'
import type { Evidence } from '../evidence/schema.ts'

/** Copies of evidence, carried by the test that gathered them to reporters and blobs. */
export interface EvidenceArtifact extends TestArtifactBase {
  type: 'bench-memo:evidence'
  evidence: readonly Evidence[]
}
declare const evidenceArtifact: unique symbol
declare module 'vitest' {
  export interface TestArtifactRegistry {
    [evidenceArtifact]: EvidenceArtifact
  }
}

export interface EvidenceCarrier {
  add(evidence: Evidence): void
  /** Sends what is left and waits until all has arrived. */
  arrived(): Promise<void>
}

/** An artifact costs a message to the main process (0.3 ms), so fast lanes share one; slow ones are shown at once. */
const longestWait_ms = 50
const mostInOne = 100

/** Sends evidence on while the next record is asked. */
export function createCarrier(task: Readonly<RunnerTestCase>): EvidenceCarrier {
  let waiting: Evidence[] = []
  let timer: NodeJS.Timeout | undefined
  let sent: Promise<unknown> = Promise.resolve()
  let lastSent_ms = 0

  function send(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    sent = Promise.all([sent, recordUnlocated(task, { type: 'bench-memo:evidence', evidence: waiting })])
    sent.catch(() => undefined) // thrown where it is waited for
    waiting = []
    lastSent_ms = performance.now()
  }
  return {
    add(evidence) {
      waiting.push(evidence)
      const quiet = performance.now() - lastSent_ms >= longestWait_ms
      if (quiet || waiting.length >= mostInOne) send()
      else timer ??= setTimeout(send, longestWait_ms)
    },
    async arrived() {
      send()
      await sent
    },
  }
}

/**
 * Without the place in the test file, which Vitest would look up for each record at 0.1 ms: an artifact of evidence
 * says itself what it is of.
 */
function recordUnlocated(task: Readonly<RunnerTestCase>, artifact: EvidenceArtifact): Promise<EvidenceArtifact> {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return recordArtifact(task, artifact)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
