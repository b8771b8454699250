import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a client asked, as far as tests care. */
export interface AskedChat {
  readonly model: string
  readonly prompt: string
}

/** A loopback server that speaks OpenAI's streamed chat completions and answers as it is told. */
export interface AnsweringServer {
  readonly endpoint: string
  readonly asked: AskedChat[]
  close(): Promise<void>
}

/** `routes`: plain JSON answers of other paths. */
export async function startAnsweringServer(
  answer: (chat: AskedChat) => string | undefined | Promise<string | undefined>,
  routes: Readonly<Record<string, unknown>> = {},
): Promise<AnsweringServer> {
  const asked: AskedChat[] = []
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/models')) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'echo' }, { id: 'other' }] }))
      return
    }
    const route = routes[request.url ?? '']
    if (route !== undefined) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(route))
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { model: string; messages: { content: string }[] }
    const chat = { model: body.model, prompt: body.messages.at(-1)?.content ?? '' }
    if (chat.model.startsWith('no-such-model')) {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: `model '${chat.model}' not found`, code: 'model_not_found' } }))
      return
    }
    asked.push(chat)
    stream(response, chat.model, await answer(chat), tokensOf(body.messages))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** It reads whole prompts, whatever their length: a token a word and a few for the template. */
function tokensOf(messages: readonly { readonly content: string }[]): number {
  return 5 + messages.flatMap(({ content }) => content.match(/\S+/g) ?? []).length
}

/** Undefined: the connection stays open without an answer. */
function stream(response: ServerResponse, model: string, text: string | undefined, prompt_tokens: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  if (text === undefined) return
  const chunk = (fields: object) =>
    response.write(`data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', model, ...fields })}\n\n`)
  chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: text } }] })
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  chunk({ choices: [], usage: { prompt_tokens, completion_tokens: 5, total_tokens: prompt_tokens + 5 } })
  response.end('data: [DONE]\n\n')
}
