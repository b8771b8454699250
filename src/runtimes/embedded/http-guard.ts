import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { EngineRefusal } from './engine-refusal.ts'

const bodyLimitBytes = 32 * 1024 * 1024

/**
 * Lets through only the bench's own requests: with the token, without an Origin (browsers send one), and addressed
 * to this very port by its loopback address (else a web page could reach it by DNS rebinding). Throws EngineRefusal.
 */
export function guard(request: IncomingMessage, token: string): void {
  const port = request.socket.localPort
  if (request.headers.origin !== undefined)
    throw new EngineRefusal(403, 'forbidden', 'requests from web pages are refused')
  const host = request.headers.host
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    throw new EngineRefusal(403, 'forbidden', 'the Host header does not name this server')
  }
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  // Digests have one length, so that the comparison takes the same time for every guess.
  if (!timingSafeEqual(digest(given), digest(token))) {
    throw new EngineRefusal(401, 'authentication_error', 'the bearer token is missing or wrong')
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The request's JSON body, checked. Throws EngineRefusal 400 or 413. */
export async function readBody<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema>> {
  const chunks: Buffer[] = []
  let size_bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size_bytes += chunk.length
    if (size_bytes > bodyLimitBytes) throw new EngineRefusal(413, 'invalid_request_error', 'the body is over 32 MiB')
    chunks.push(chunk)
  }
  let content: unknown
  try {
    content = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new EngineRefusal(400, 'invalid_request_error', 'the body is not JSON')
  }
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new EngineRefusal(400, 'invalid_request_error', `${issue?.path.join('.') || 'body'}: ${issue?.message}`)
}
