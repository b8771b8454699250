import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'

/** As fetch keeps an idle connection: some servers close theirs after five seconds without a word. */
const idle_ms = 4_000
const bodiless = [204, 205, 304]

const agent = new Agent({ keepAlive: true, timeout: idle_ms })

/**
 * fetch for servers on the premises, at two thirds of the processor's time: a verified lane makes three requests for each
 * answer. It uses no proxy, follows no redirect and asks for no compression. What it does not know (https, a body that
 * is no text) is left to fetch itself.
 */
export const localFetch: typeof globalThis.fetch = async (input, init = {}) => {
  const { body, method = 'GET', signal } = init
  const url = input instanceof Request ? undefined : String(input)
  if (!url?.startsWith('http:') || (body != null && typeof body !== 'string'))
    return await globalThis.fetch(input, init)
  signal?.throwIfAborted()
  const headers = Object.fromEntries(init.headers instanceof Headers ? init.headers : new Headers(init.headers))
  return await new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent, method, headers, ...(signal && { signal }) })
    // Stays: what breaks after the headers came is told by the body.
    request.on('error', reject)
    request.once('response', (incoming) => {
      if (closesUnannounced(incoming)) request.shouldKeepAlive = false
      try {
        resolve(responseOf(incoming))
      } catch (error) {
        reject(error)
        incoming.destroy()
      }
    })
    request.end(body ?? undefined)
  })
}

/**
 * Closes the idle connections to a port: to be called where another process listens there now, since the one that listened
 * before may still answer on those it had accepted, and would describe itself while the other one answers.
 */
export function closeIdleConnections(port: number): void {
  for (const idle of Object.values(agent.freeSockets))
    for (const socket of idle ?? []) if (socket.remotePort === port) socket.destroy()
}

/**
 * cpp-httplib, which llama-server is built on and which names a `max` of requests, closes the connection after an event
 * stream without a word, so that the next request on it would be lost.
 */
function closesUnannounced({ headers }: IncomingMessage): boolean {
  const isStream = headers['content-type']?.startsWith('text/event-stream') === true
  return isStream && (headers.server === 'llama.cpp' || /\bmax=/.test(String(headers['keep-alive'])))
}

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = incoming
  const headers: [string, string][] = []
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.push([rawHeaders[index] as string, rawHeaders[index + 1] as string])
  if (!bodiless.includes(status)) return new Response(bytesOf(incoming), { status, statusText, headers })
  incoming.resume()
  return new Response(null, { status, statusText, headers })
}

function bytesOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let cancelled = false
  return new ReadableStream({
    start(controller) {
      incoming.on('data', (bytes: Uint8Array) => {
        if (!cancelled) controller.enqueue(bytes)
      })
      incoming.once('end', () => {
        if (!cancelled) controller.close()
      })
      incoming.once('error', (error) => controller.error(error))
    },
    cancel() {
      cancelled = true
      // As fetch does it: only an answer that has come whole leaves a connection that can be used again.
      if (!incoming.complete) incoming.destroy()
    },
  })
}
