import type { CallPlace } from './call-within.ts'
import {
  DeadlineExceeded,
  RunnerDied,
  type RuntimeFailure,
  RuntimeUnreachable,
  StreamCut,
  UnexpectedResponse,
} from './failures.ts'

/** A connection that was there broke. */
const brokenCodes = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET'])
const silenceCodes = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/** The first system or undici error code in a chain of causes, such as ECONNREFUSED. */
export function transportCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code
    // Several addresses were tried (IPv6, then IPv4): their errors are in a list.
    if (current instanceof AggregateError && current.errors.length > 0) return transportCode(current.errors[0])
  }
  return undefined
}

/** Which failure a broken connection stands for. `alive`: whether the server answers at all since then. Pure. */
export function failureFromTransport(error: unknown, place: CallPlace, alive: boolean): RuntimeFailure {
  const code = transportCode(error)
  const where = `${place.server} at ${place.endpoint}`
  const facts = { ...place, ...(code && { transport_code: code }) }
  const options = { cause: error }
  if (code && silenceCodes.has(code)) {
    return new DeadlineExceeded(
      `${where} sent nothing for five minutes, so the connection was given up`,
      facts,
      options,
    )
  }
  const reason = code ?? innermostMessage(error)
  if (code?.startsWith('HPE_')) {
    return new UnexpectedResponse(`${where} does not speak HTTP (${code}). Correct the endpoint`, facts, options)
  }
  if (!code || !brokenCodes.has(code)) {
    return new RuntimeUnreachable(
      `${where} cannot be reached (${reason}). Start it, or correct the endpoint`,
      facts,
      options,
    )
  }
  if (alive)
    return new StreamCut(`${where} cut the connection before the answer was complete (${reason})`, facts, options)
  return new RunnerDied(
    `${where} ended while it was answering (${reason}), and nothing listens there any more. ` +
      'Look into its log: lack of memory is the usual cause',
    facts,
    options,
  )
}

/** What the innermost cause says; fetch itself only says "fetch failed". */
export function innermostMessage(error: unknown): string {
  let current = error
  for (let depth = 0; current instanceof Error && current.cause instanceof Error && depth < 8; depth += 1)
    current = current.cause
  return current instanceof Error ? current.message : String(current)
}

/** Whether a server still answers HTTP, with whatever status. Silence counts as alive: it may be busy. */
export async function isAlive(url: string, fetch: typeof globalThis.fetch): Promise<boolean> {
  // A dying process closes its connections one by one, the listening one perhaps last.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const signal = AbortSignal.timeout(1_000)
  try {
    const response = await fetch(url, { signal, redirect: 'manual' })
    await response.body?.cancel()
    return true
  } catch {
    return signal.aborted
  }
}
