import { DeadlineExceeded, RequestAborted } from './failures.ts'
import type { CallOptions } from './runtime.ts'

/** Longer timers overflow and would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** Where a call goes, for messages and facts. */
export interface CallPlace {
  /** How messages call the server, such as `the embedded engine`. */
  readonly server: string
  /** Base URL without credentials. */
  readonly endpoint: string
  readonly tag?: string
}

/** What to do about an answer of a model that comes too late. */
export const slowAnswerAdvice = 'Raise limits.seconds_per_record, ask for fewer output tokens, or take a faster model'
const slowServerAdvice = 'Look whether it is overloaded or hangs, and whether something else listens there'

/**
 * Runs `work` under the caller's signal and deadline. Where one of these ended it, the failure is RequestAborted or
 * DeadlineExceeded with `advice`, whatever `work` made of it; any other rejection goes through `explain`.
 */
export async function callWithin<Result>(
  place: CallPlace,
  options: CallOptions,
  work: (signal: AbortSignal) => Promise<Result>,
  explain: (error: unknown) => Promise<Error>,
  advice = slowServerAdvice,
): Promise<Result> {
  const caller = options.signal
  const ending = new AbortController()
  const giveUp = () => ending.abort(caller?.reason)
  let late = false
  const ended = (cause: unknown) => {
    if (caller?.aborted) return aborted(place, cause)
    return late ? exceeded(place, options.deadline_ms, advice, cause) : undefined
  }
  if (caller?.aborted) throw aborted(place, caller.reason)
  // Not AbortSignal.timeout and AbortSignal.any: a lane makes thousands of calls under one signal, and these would
  // leave each call's timer and its dependent signal behind.
  const timer = setTimeout(
    () => {
      late = true
      ending.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    },
    Math.max(0, Math.min(options.deadline_ms, longestTimerMs)),
  ).unref()
  caller?.addEventListener('abort', giveUp)
  try {
    return await work(ending.signal)
  } catch (error) {
    throw ended(error) ?? (await explain(error))
  } finally {
    clearTimeout(timer)
    caller?.removeEventListener('abort', giveUp)
  }
}

function aborted(place: CallPlace, cause: unknown): RequestAborted {
  return new RequestAborted(
    `${place.server} at ${place.endpoint}: the caller gave up the request`,
    { ...place },
    { cause },
  )
}

function exceeded(place: CallPlace, deadline_ms: number, advice: string, cause: unknown): DeadlineExceeded {
  return new DeadlineExceeded(
    `${place.server} at ${place.endpoint} did not finish within ${Math.round(deadline_ms)} ms. ${advice}`,
    { ...place, deadline_ms },
    { cause },
  )
}
