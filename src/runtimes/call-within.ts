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

/**
 * Runs `work` under the caller's signal and deadline. Where one of these ended it, the failure is RequestAborted or
 * DeadlineExceeded, whatever `work` made of it; any other rejection goes through `explain`.
 */
export async function callWithin<Result>(
  place: CallPlace,
  options: CallOptions,
  work: (signal: AbortSignal) => Promise<Result>,
  explain: (error: unknown) => Promise<Error>,
): Promise<Result> {
  const caller = options.signal
  const ending = new AbortController()
  const giveUp = () => ending.abort(caller?.reason)
  let late = false
  const ended = (cause: unknown) => {
    if (caller?.aborted) return aborted(place, cause)
    return late ? exceeded(place, options.deadline_ms, cause) : undefined
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

function exceeded(place: CallPlace, deadline_ms: number, cause: unknown): DeadlineExceeded {
  return new DeadlineExceeded(
    `${place.server} at ${place.endpoint} did not finish within ${deadline_ms} ms. ` +
      'Raise limits.seconds_per_record, ask for fewer output tokens, or take a faster model',
    { ...place, deadline_ms },
    { cause },
  )
}
