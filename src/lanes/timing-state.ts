import type { Completion } from '../evidence/schema.ts'
import type { TokenUsage } from '../runtimes/runtime.ts'

type Timing = Extract<Completion['outcome'], { state: 'answered' }>['timing']

/** A prompt of which the runtime had this much in its cache is another population than one evaluated anew. */
const cachedShareOfPrefix = 0.1

/** What is known of an answer's start. */
export interface Start {
  /** The first answer after the weights were loaded. */
  readonly cold: boolean
  readonly usage: TokenUsage
  /** The request asked for the whole prompt to be evaluated anew, of a runtime that obeys. */
  readonly cache_forbidden: boolean
}

/**
 * Which of the three populations an answer's times belong to, and how that is known. Where the runtime neither counts
 * cached tokens nor can be told to use none, a cached prefix is not excluded, so the answer never counts as warm. Pure.
 */
export function timingState({ cold, usage, cache_forbidden }: Start): Pick<Timing, 'state' | 'state_by'> {
  if (cold) return { state: 'cold', state_by: 'load' }
  const { prompt_tokens, cached_prompt_tokens } = usage
  if (prompt_tokens !== undefined && cached_prompt_tokens !== undefined) {
    const cached = cached_prompt_tokens > cachedShareOfPrefix * prompt_tokens
    return { state: cached ? 'prefix-cached' : 'warm', state_by: 'server' }
  }
  if (cache_forbidden) return { state: 'warm', state_by: 'request' }
  return { state: 'prefix-cached', state_by: 'not-excluded' }
}
