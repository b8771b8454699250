import type { IncomingHttpHeaders } from 'node:http'
import { gatewayHeaders } from '../runtimes/gateway-headers.ts'
import { type AnswerReader, answerFormat, answerReader } from './tapped-answer.ts'
import { asksModel, type BodyFacts, dialectOf, readBody, readSubject } from './tapped-body.ts'
import type { TappedClient, TappedExchange, TappedRequest } from './tapped-exchange.ts'

/** What is known of a request when its head has arrived. */
export interface RequestHead extends Pick<TappedRequest, 'number' | 'method' | 'path' | 'at_ms' | 'client_port'> {
  /** False where the body is compressed, so that it can't be read. */
  readonly readable: boolean
  /** The process behind the connection, as soon as it was found. */
  readonly client: () => TappedClient | undefined
}

/**
 * The notes on one exchange. Bytes are handed over after they were passed on, and are read in a later turn of the
 * event loop, so that reading delays nothing.
 */
export interface ExchangeRecord {
  requestChunk(chunk: Buffer): void
  requestComplete(): void
  inject(fault: string): void
  answerHead(status: number, headers: IncomingHttpHeaders): void
  answerChunk(chunk: Buffer): void
  /** How it ended; only the first one counts. */
  end(how: 'complete' | 'failed' | 'cut' | 'client-left'): void
  request(): TappedRequest
  snapshot(): TappedExchange
}

/** Bytes of a request's body that are kept to be parsed: images come in it. A longer one is counted as unreadable. */
const keptRequestBytes = 32 << 20

export function recordExchange({ client, readable, ...head }: RequestHead): ExchangeRecord {
  const dialect = dialectOf(head.method, head.path)
  const asks = asksModel(head.method, head.path)
  let body: Buffer[] | undefined = asks !== 'never' && readable ? [] : undefined
  let bodyBytes = 0
  let asked: BodyFacts = { options: {} }
  let about_model: string | undefined
  let complete = false

  let status: number | undefined
  let gateway: Readonly<Record<string, string>> | undefined
  let reader: AnswerReader | undefined
  let unread: Buffer[] = []
  let waiting = false
  let first_byte_ms: number | undefined
  let total_ms: number | undefined
  let injected: string | undefined
  let ended: 'complete' | 'failed' | 'cut' | 'client-left' | undefined

  function catchUp(): void {
    waiting = false
    if (complete && body) {
      if (asks === 'about') about_model = readSubject(Buffer.concat(body))
      else asked = readBody(dialect ?? 'openai', Buffer.concat(body))
      body = undefined
    }
    for (const chunk of unread) reader?.read(chunk)
    unread = []
  }
  function later(): void {
    if (waiting) return
    waiting = true
    setImmediate(catchUp)
  }

  function request(): TappedRequest {
    catchUp()
    const process = client()
    const known = { ...head, ...(process && { client: process }) }
    const asks_model = asks === 'always' || asked.requested_model !== undefined
    return { ...known, asks_model, ...(about_model !== undefined && { about_model }), ...asked }
  }

  return {
    requestChunk(chunk) {
      bodyBytes += chunk.length
      if (bodyBytes > keptRequestBytes) body = undefined
      body?.push(chunk)
    },
    requestComplete() {
      complete = true
      later()
    },
    inject(fault) {
      injected = fault
    },
    answerHead(code, headers) {
      status = code
      const named = Object.entries(headers).filter(([name]) => name.startsWith('x-litellm-'))
      gateway = gatewayHeaders(new Headers(named.map(([name, value]) => [name, String(value)])))
      const encoding = headers['content-encoding'] ?? 'identity'
      if (dialect && encoding === 'identity') reader = answerReader(answerFormat(headers['content-type']))
    },
    answerChunk(chunk) {
      first_byte_ms ??= performance.now() - head.at_ms
      if (!reader) return
      unread.push(chunk)
      later()
    },
    end(how) {
      if (ended) return
      ended = how
      total_ms = performance.now() - head.at_ms
    },
    request,
    snapshot() {
      const seen = request()
      const answer = reader?.facts(ended === 'complete')
      return {
        ...seen,
        ...(status !== undefined && { status }),
        ...(answer?.response_model !== undefined && { response_model: answer.response_model }),
        ...(answer?.finish !== undefined && { finish: answer.finish }),
        usage: answer?.usage ?? {},
        ...(first_byte_ms !== undefined && { first_byte_ms }),
        ...(total_ms !== undefined && { total_ms }),
        ...(gateway && { gateway }),
        outcome: outcomeOf(ended, status, answer?.end),
        ...(injected !== undefined && { injected }),
      }
    },
  }
}

type AnswerEnd = ReturnType<AnswerReader['facts']>['end']

/** Pure. `answer` is undefined for answers that are not read: those to other questions, and compressed ones. */
function outcomeOf(
  ended: 'complete' | 'failed' | 'cut' | 'client-left' | undefined,
  status: number | undefined,
  answer: AnswerEnd | undefined,
): TappedExchange['outcome'] {
  if (ended === undefined) return 'pending'
  if (ended === 'failed' || status === undefined) return ended === 'failed' ? 'failed' : 'cut'
  if (status >= 400) return 'failed'
  // Many clients leave when they have read the end mark, before the connection is through with the answer.
  if (ended === 'client-left') return answer === 'marked' ? 'answered' : 'cut'
  if (ended === 'cut') return 'cut'
  if (answer === undefined) return 'answered'
  if (status >= 300 || answer === 'error') return 'failed'
  return answer === 'unmarked' ? 'cut' : 'answered'
}
