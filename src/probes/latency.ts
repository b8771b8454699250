import { Bench } from 'tinybench'
import type { ProbedCall } from '../evidence/latency-schema.ts'
import type { EvidenceFacts } from '../evidence/schema.ts'
import { answerTimes } from '../lanes/answer-times.ts'
import type { ProbedLane } from '../lanes/lane.ts'
import { asRuntimeFailure, RequestAborted } from '../runtimes/failures.ts'
import { freshRequest } from './fresh-prompt.ts'

type LatencyFacts = Extract<EvidenceFacts, { kind: 'latency' }>

/** Of filler: a prompt of some 250 tokens, long enough to time and short enough for any context. */
const cycles = 3

/**
 * Measures a lane's speed on prompts that begin as no other does, so that no cached prefix helps, in tinybench's loop.
 * No further call begins where one failed or the next would end after the time that the lane's config gives. Rejects
 * with RequestAborted only; any other failure of the runtime is a finding.
 */
export async function probeLatency({ name, lane, runtime, options_sha256, signal }: ProbedLane): Promise<LatencyFacts> {
  const began = performance.now()
  const limits = lane.latency_probe
  const calls: ProbedCall[] = []

  async function call(): Promise<ProbedCall> {
    const started = performance.now()
    try {
      const result = await runtime.chat(freshRequest(lane, cycles, limits.output_tokens), {
        deadline_ms: 2000 * limits.seconds + 5000,
        ...(signal && { signal }),
      })
      const { finish_reason, usage } = result
      return { state: 'answered', finish_reason, usage: { ...usage }, timing: answerTimes(result) }
    } catch (error) {
      if (error instanceof RequestAborted) throw error
      const { code, message } = asRuntimeFailure(error)
      return { state: 'failed', code, message, total_ms: performance.now() - started }
    }
  }

  const isOver = (): boolean => {
    if (calls.at(-1)?.state === 'failed') return true
    const slowest_ms = calls.reduce((most, each) => Math.max(most, durationOf(each)), 0)
    return calls.length > 0 && performance.now() - began + slowest_ms > 1000 * limits.seconds
  }
  const bench = new Bench({ iterations: limits.calls, time: 0, warmup: false, retainSamples: true, throws: true })
  bench.add(
    `${name} speed`,
    async () => {
      if (isOver()) return { overriddenDuration: 0 }
      const made = await call()
      calls.push(made)
      return { overriddenDuration: durationOf(made) }
    },
    { async: true },
  )
  await bench.run()
  return {
    kind: 'latency',
    lane: name,
    options_sha256,
    planned: limits.calls,
    calls,
    total_ms: performance.now() - began,
  }
}

function durationOf(call: ProbedCall): number {
  return call.state === 'answered' ? call.timing.total_ms : call.total_ms
}
