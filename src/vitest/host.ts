import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A question that lane workers put to Vitest's main process; the answer is plain JSON. */
export type HostAnswer = (question: unknown, signal: AbortSignal) => Promise<unknown>

/** The main process's side: a loopback server that only this run's workers can use. */
export interface Host {
  readonly url: string
  readonly token: string
  close(): Promise<void>
}

/** Serves `answers` by name on 127.0.0.1. Costs about a millisecond; nothing is started until a worker asks. */
export async function startHost(answers: Readonly<Record<string, HostAnswer>>): Promise<Host> {
  const token = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => {
    void respond(request, response, token, answers)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  server.unref()
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    close: () => closeServer(server),
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  answers: Readonly<Record<string, HostAnswer>>,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body ?? null))
  }
  if (!isToken(request.headers.authorization, token)) return send(401, { message: 'wrong token' })
  const answer = answers[(request.url ?? '').slice(1)]
  if (!answer) return send(404, { message: `no question ${request.url}` })
  try {
    send(200, await answer(await readJson(request), gone.signal))
  } catch (error) {
    const { message, code } = error as Error & { code?: string }
    send(500, { message, code })
  }
}

function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '')
  const expected = Buffer.from(`Bearer ${token}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : JSON.parse(text)
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
