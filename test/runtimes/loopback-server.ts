import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A real HTTP server on a free loopback port, closed when the test ends. */
export async function serve(listener: RequestListener): Promise<{ endpoint: string; server: Server }> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void close(server))
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, server }
}

/** Stops listening and cuts all connections. */
export function close(server: Server): void {
  server.close()
  server.closeAllConnections()
}

export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>
}

export const eventStream = { 'content-type': 'text/event-stream' }
export const event = (data: unknown): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
export const delta = (content: string): object => ({
  model: 'm',
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
})
export const ending = (finish_reason: string): object => ({
  model: 'm',
  choices: [{ index: 0, delta: {}, finish_reason }],
})
