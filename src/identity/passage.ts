import { type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { ExchangeRecord } from './exchange-record.ts'
import { type AnswerFault, changesLength, faultStream } from './fault-stream.ts'
import { maxHeaderSize, type TapTarget } from './tap-target.ts'
import { dialectOf } from './tapped-body.ts'
import type { TappedConnection } from './tapped-connection.ts'
import type { Fault, TappedRequest } from './tapped-exchange.ts'
import { headersForClient, headersForTarget } from './tapped-headers.ts'

/** One request on its way through the tap. */
export interface Passage {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: TappedConnection
  readonly target: TapTarget
  readonly record: ExchangeRecord
}

/**
 * Longest that the end of an answer waits for the process behind the connection to be found, which takes milliseconds
 * on a new connection and begins late: a client that has all of a quick answer might be gone before it was seen.
 */
const longestWait_ms = 250

/**
 * Passes a request on and its answer back, each piece when it comes. Where there may be a fault, the request is held
 * until its body is whole and its client was looked for, since what is done depends on it.
 */
export function passThrough(
  passage: Passage,
  chooseFault: ((request: TappedRequest) => Fault | undefined) | undefined,
): void {
  const { request, response, connection, record } = passage
  const busy = connection.busy()
  response.once('close', () => {
    busy.done()
    record.end(response.writableFinished ? 'complete' : 'client-left')
  })
  // Both are told by the end of the response.
  request.on('error', () => {})
  response.on('error', () => {})
  if (!chooseFault) forward(passage)
  const held: Buffer[] = []
  request.on('data', (chunk: Buffer) => {
    record.requestChunk(chunk)
    if (chooseFault) held.push(chunk)
  })
  request.once('end', async () => {
    record.requestComplete()
    if (!chooseFault) return
    const search = connection.looking()
    if (search) await within(longestWait_ms, search)
    if (response.destroyed) return
    const fault = chooseFault(record.request())
    if (fault) record.inject(fault.name)
    if (fault?.name === 'refuse') reset(passage)
    else if (fault?.name === 'status') answerInstead(passage, fault)
    else if (fault?.name !== 'hang') forward(passage, { body: Buffer.concat(held), fault })
  })
}

function reset({ request, record }: Passage): void {
  record.end('failed')
  request.socket.resetAndDestroy()
}

function answerInstead({ request, response, record }: Passage, fault: Extract<Fault, { name: 'status' }>): void {
  const message = `status ${fault.status} injected by the wire tap`
  const error = dialectOf('POST', request.url ?? '') === 'openai' ? { message } : message
  const body = Buffer.from(fault.body ?? JSON.stringify({ error }))
  record.answerHead(fault.status, { 'content-type': 'application/json' })
  response.writeHead(fault.status, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    ...fault.headers,
  })
  response.end(body)
  record.answerChunk(body)
}

function forward(passage: Passage, held?: { readonly body: Buffer; readonly fault: AnswerFault | undefined }): void {
  const { request, response, connection, target, record } = passage
  const { method = 'GET', url = '/' } = request
  const outgoing = (target.secure ? requestHttps : requestHttp)({
    agent: connection.agent,
    hostname: target.hostname,
    port: target.port,
    method,
    path: url.startsWith('/') ? target.prefix + url : url,
    headers: headersForTarget(request.rawHeaders, method, target.host),
    maxHeaderSize,
  })
  let answered = false
  outgoing.once('socket', (socket) => connection.uses(socket))
  outgoing.once('response', (incoming: IncomingMessage) => {
    answered = true
    passBack(passage, incoming, held?.fault)
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (answered || response.destroyed) return
    // Nobody answers there: as close to a refused connection as an accepted one can come.
    if (error.code !== 'ECONNRESET') return reset(passage)
    record.end('cut')
    request.socket.destroySoon()
  })
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy()
  })
  if (held) outgoing.end(held.body)
  else request.pipe(outgoing)
}

function passBack(passage: Passage, incoming: IncomingMessage, fault?: AnswerFault): void {
  const { request, response, connection, record } = passage
  const status = incoming.statusCode ?? 502
  const newLength = fault !== undefined && changesLength(fault)
  response.sendDate = false
  try {
    response.writeHead(status, incoming.statusMessage, headersForClient(incoming.rawHeaders, { newLength }))
  } catch {
    // A status that Node reads and does not write (99, control characters) cannot be passed on as it is.
    incoming.destroy()
    reset(passage)
    return
  }
  const cut = (): void => {
    if (response.writableEnded || response.destroyed) return
    record.end('cut')
    response.flushHeaders()
    request.socket.destroySoon()
  }
  const source = fault ? incoming.pipe(faultStream(fault, incoming.headers['content-type'])) : incoming
  const announced = newLength ? undefined : incoming.headers['content-length']
  let left = announced === undefined ? Number.POSITIVE_INFINITY : Number(announced)
  let begun = false
  const pass = (chunk: Buffer): void => {
    if (!begun) setImmediate(() => void connection.looking())
    begun = true
    if (response.destroyed) return
    if (!response.write(chunk)) {
      source.pause()
      response.once('drain', () => source.resume())
    }
    record.answerChunk(chunk)
  }
  let held: Promise<void> | undefined
  source.on('data', (chunk: Buffer) => {
    left -= chunk.length
    const search = left <= 0 ? connection.looking() : undefined
    if (search) held = within(longestWait_ms, search).then(() => pass(chunk))
    else pass(chunk)
  })
  source.once('end', async () => {
    if (fault?.name === 'cut') return cut()
    const search = connection.looking()
    if (held) await held
    else if (search) await within(longestWait_ms, search)
    response.end()
  })
  incoming.on('error', () => {})
  incoming.once('close', () => {
    if (!incoming.complete) cut()
  })
  response.once('close', () => source.destroy())
  record.answerHead(status, incoming.headers)
  // The head goes with the first piece of the body where both came together, and alone where the body lets one wait.
  setImmediate(() => {
    if (!begun && !response.writableEnded && !response.destroyed) response.flushHeaders()
  })
}

async function within(limit_ms: number, search: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit_ms)
  })
  await Promise.race([search, limit])
  clearTimeout(timer)
}
