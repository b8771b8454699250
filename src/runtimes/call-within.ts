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
  const deadline = AbortSignal.timeout(Math.max(0, Math.min(options.deadline_ms, longestTimerMs)))
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
  const ended = (cause: unknown) => {
    if (options.signal?.aborted) return aborted(place, cause)
    return deadline.aborted ? exceeded(place, options.deadline_ms, cause) : undefined
  }
  if (signal.aborted) throw ended(signal.reason)
  try {
    return await work(signal)
  } catch (error) {
    throw ended(error) ?? (await explain(error))
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
