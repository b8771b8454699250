import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { CompletionChunks } from './completion-chunks.ts'
import { EngineRefusal, refusalBody } from './engine-refusal.ts'
import { generate, type Piece } from './generate.ts'
import { guard, readBody } from './http-guard.ts'
import type { Models } from './models.ts'
import { completionBodySchema, loadBodySchema, unloadBodySchema } from './protocol.ts'
import { Turns } from './turns.ts'

/** Clients give up on a stream that is silent for minutes; a comment now and then tells them that it lives. */
const keepAliveMs = 15_000

type Handler = (request: IncomingMessage, response: ServerResponse, gone: AbortSignal) => Promise<void>

/** The engine's HTTP server: OpenAI's chat completions and models, and /bench/… to describe, load and unload. */
export function createEngineServer(models: Models, token: string): Server {
  const turns = new Turns()
  const routes: Readonly<Record<string, Handler>> = {
    'GET /health': async (_, response) => sendJson(response, { status: 'ok' }),
    'GET /v1/models': async (_, response) => {
      const data = models
        .list()
        .map(({ tag, loaded }) => ({ id: tag, object: 'model', owned_by: 'bench-memo', loaded }))
      sendJson(response, { object: 'list', data })
    },
    'GET /bench/describe': async (request, response) => {
      const tag = new URL(request.url ?? '', 'http://engine').searchParams.get('model') ?? ''
      sendJson(response, models.describe(tag))
    },
    'POST /bench/load': async (request, response, gone) => {
      const { model, context } = await readBody(request, loadBodySchema)
      const started = performance.now()
      const { loaded_now } = await turns.take(gone, () => models.ensure(model, context))
      sendJson(response, { loaded_now, total_ms: performance.now() - started })
    },
    'POST /bench/unload': async (request, response, gone) => {
      const { model } = await readBody(request, unloadBodySchema)
      await turns.take(gone, () => models.unload(model))
      sendJson(response, { unloaded: true })
    },
    'POST /v1/chat/completions': async (request, response, gone) => {
      const body = await readBody(request, completionBodySchema)
      models.entry(body.model)
      const chunks = new CompletionChunks(body.model)
      const pieces: Piece[] = []
      const generation = await turns.take(gone, async () => {
        const { loaded } = await models.ensure(body.model, body.context)
        return await generate(loaded, body, {
          signal: gone,
          onAccepted: () => body.stream && startStream(response, chunks.start()),
          onPiece: (piece) => (body.stream ? sendEvent(response, chunks.piece(piece)) : pieces.push(piece)),
        })
      })
      if (!body.stream) return sendJson(response, chunks.whole(pieces, generation))
      for (const chunk of chunks.end(generation)) sendEvent(response, chunk)
      response.end('data: [DONE]\n\n')
    },
  }
  return createServer((request, response) => {
    void serve(routes, token, request, response)
  })
}

async function serve(
  routes: Readonly<Record<string, Handler>>,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort(new Error('the client is gone')))
  try {
    guard(request, token)
    const path = (request.url ?? '').split('?')[0]
    const handler = routes[`${request.method} ${path}`]
    if (!handler) throw new EngineRefusal(404, 'not_found_error', `no such path: ${request.method} ${path}`)
    await handler(request, response, gone.signal)
  } catch (error) {
    if (response.destroyed) return
    const { status, body } = refusalBody(error)
    if (!response.headersSent) sendJson(response, body, status)
    else response.end(`data: ${JSON.stringify(body)}\n\n`)
  }
}

function sendJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function startStream(response: ServerResponse, first: object): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  sendEvent(response, first)
  const timer = setInterval(() => response.write(': still at work\n\n'), keepAliveMs)
  response.on('close', () => clearInterval(timer))
  response.on('finish', () => clearInterval(timer))
}

function sendEvent(response: ServerResponse, event: object): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`)
}
