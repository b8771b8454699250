import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { startWireTap, type WireTap, type WireTapOptions } from '../../src/identity/wire-tap.ts'

/** A real HTTP server for one test; its origin. */
export async function startUpstream(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A tap for one test. */
export async function startTap(target: string, fault?: WireTapOptions['fault']): Promise<WireTap> {
  const tap = await startWireTap({ target, ...(fault && { fault }) })
  onTestFinished(() => tap.close())
  return tap
}

export interface Answer {
  readonly status: number | undefined
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** False where the connection ended before the answer did. */
  readonly complete: boolean
}

/** Sends a body in the given pieces over a connection of its own; rejects where no head of an answer came. */
export async function send(
  url: string,
  pieces: readonly Uint8Array[],
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const outgoing = request(url, { method: 'POST', agent: false, ...options })
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  for (const piece of pieces) {
    outgoing.write(piece)
    await new Promise(setImmediate)
  }
  outgoing.end()
  const [incoming] = await answered
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise<void>((resolve) => incoming.once('error', () => {}).once('close', resolve))
  return {
    status: incoming.statusCode,
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks),
    complete: incoming.complete,
  }
}

/** A question in Ollama's dialect. */
export const chatBody = (model = 'tiny:1', more: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], ...more }))

export const chatLines = [
  '{"model":"tiny:1","message":{"role":"assistant","content":"Hi"},"done":false}\n',
  '{"model":"tiny:1","message":{"role":"assistant","content":" there"},"done":false}\n',
  '{"model":"tiny:1","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":2}\n',
] as const

/** Answers as Ollama does, a line at a time. */
export const answerChat: RequestListener = (incoming, response) => {
  incoming.resume().once('end', async () => {
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
    for (const line of chatLines) {
      response.write(line)
      await new Promise(setImmediate)
    }
    response.end()
  })
}
