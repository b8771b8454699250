import type { CallPlace } from './call-within.ts'
import { DeadlineExceeded, RunnerDied, type RuntimeFailure, RuntimeUnreachable, StreamCut } from './failures.ts'

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])
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
    return new DeadlineExceeded(`${where} sent nothing for five minutes, so the connection was given up`, facts, options)
  }
  if (code && unreachableCodes.has(code)) {
    return new RuntimeUnreachable(`${where} cannot be reached (${code}). Start it, or correct the endpoint`, facts, options)
  }
  const reason = code ?? (error instanceof Error ? error.message : String(error))
  if (!alive) {
    return new RunnerDied(
      `${where} ended while it was answering (${reason}), and nothing listens there any more. ` +
        'Look into its log: lack of memory is the usual cause',
      facts,
      options,
    )
  }
  return new StreamCut(`${where} cut the connection before the answer was complete (${reason})`, facts, options)
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
