import type { ConcurrencyLevel } from '../evidence/latency-schema.ts'
import type { EvidenceFacts } from '../evidence/schema.ts'
import type { ProbedLane } from '../lanes/lane.ts'
import { asRuntimeFailure, RequestAborted } from '../runtimes/failures.ts'
import { freshRequest } from './fresh-prompt.ts'

type ConcurrencyFacts = Extract<EvidenceFacts, { kind: 'concurrency' }>
type ConcurrentCall = ConcurrencyLevel['calls'][number]

/** A short prompt and an answer several times longer to make, so that answers must overlap where they are made together. */
const cycles = 0
const outputTokens = 64

/**
 * Sends 1, 2, 4 … calls at the same moment, as the lane's config lists them, always one alone first, and notes when each
 * was answered. The only place that asks a lane more than one thing at a time: it holds the lane's turn meanwhile.
 * Rejects with RequestAborted only; a refused or failed call is a finding.
 */
export async function sweepConcurrency({
  name,
  lane,
  runtime,
  options_sha256,
  signal,
}: ProbedLane): Promise<ConcurrencyFacts> {
  const began = performance.now()

  async function call(sent: number, concurrency: number): Promise<ConcurrentCall> {
    try {
      const { usage, wire } = await runtime.chat(freshRequest(lane, cycles, outputTokens), {
        deadline_ms: concurrency * (1000 * lane.latency_probe.seconds + 5000),
        ...(signal && { signal }),
      })
      const total_ms = performance.now() - sent
      // The wire's clock began when this very request left.
      const left_ms = Math.max(0, total_ms - wire.total_ms)
      const [first_ms] = wire.chunk_ms
      return {
        state: 'answered',
        usage: { ...usage },
        chunks: wire.chunk_ms.length,
        ...(first_ms !== undefined && { first_token_ms: left_ms + first_ms }),
        total_ms,
      }
    } catch (error) {
      if (error instanceof RequestAborted) throw error
      const { code, message } = asRuntimeFailure(error)
      return { state: 'failed', code, message, total_ms: performance.now() - sent }
    }
  }

  const levels: ConcurrencyLevel[] = []
  for (const concurrency of levelsOf(lane.concurrency_sweep ?? [])) {
    const sent = performance.now()
    const calls = await Promise.all(Array.from({ length: concurrency }, () => call(sent, concurrency)))
    levels.push({ concurrency, calls, total_ms: performance.now() - sent })
  }
  return { kind: 'concurrency', lane: name, options_sha256, levels, total_ms: performance.now() - began }
}

/** Ascending, each once, one call alone first: all others are held against it. */
function levelsOf(asked: readonly number[]): number[] {
  return [...new Set([1, ...asked])].sort((a, b) => a - b)
}
