import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createVllmRuntime, type VllmOptions } from '../../src/runtimes/vllm.ts'
import { call, chatRequest } from './chat-request.ts'
import { fixture, sendEvents, sendJson } from './fixture.ts'
import { bodyOf, serve } from './loopback-server.ts'

const documented = (name: string) => fixture(`vllm-documented/${name}`)
const request = chatRequest('support', 'Name a colour.')

interface Setting {
  readonly models?: string
  readonly health?: number
  readonly chat?: (incoming: IncomingMessage, response: ServerResponse) => unknown
  readonly findServer?: VllmOptions['findServer']
}
async function replay({ models = 'models.synthetic.json', health = 200, chat, findServer }: Setting = {}) {
  const { endpoint } = await serve((incoming, response) => {
    if (incoming.url === '/health') return void response.writeHead(health).end()
    if (incoming.url === '/version') return sendJson(response, documented('version.synthetic.json'))
    if (incoming.url === '/v1/models') return sendJson(response, documented(models))
    if (incoming.url === '/v1/chat/completions' && chat) return void chat(incoming, response)
    response.writeHead(404).end()
  })
  return createVllmRuntime({ endpoint, ...(findServer && { findServer }) })
}

describe('what vLLM says of itself', () => {
  it('is its version once it is ready, and that its engine died', async () => {
    expect(await (await replay()).health(call)).toEqual({ state: 'ready', version: '0.30.0' })
    await expect((await replay({ health: 503 })).health(call)).rejects.toMatchObject({ code: 'runner-died' })
  })

  it('names what a served name was loaded from, its context and its process', async () => {
    const runtime = await replay({ findServer: async () => ({ pid: 7, started_at: 9 }) })
    expect(await runtime.list(call)).toEqual([
      { tag: 'qwen', context_in_force: 2048, loaded: true },
      { tag: 'support', context_in_force: 2048, loaded: true },
    ])
    expect(await runtime.describe('support', call)).toEqual({
      tag: 'support',
      weights_files: ['/models/qwen'],
      load_id: expect.stringContaining('7'),
      context_in_force: 2048,
      server_build: '0.30.0',
    })
  })

  it('counts an adapter to the weights of the model that it belongs to', async () => {
    const runtime = await replay({ models: 'models-with-adapter.json' })
    expect((await runtime.describe('sql-lora', call)).weights_files).toEqual([
      'meta-llama/Llama-3.2-3B-Instruct',
      'jeeejeee/llama32-3b-text2sql-spider',
    ])
    await expect(runtime.describe('nope', call)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('It serves meta-llama/Llama-3.2-3B-Instruct, sql-lora'),
    })
  })
})

describe('an answer of vLLM', () => {
  it('carries thinking, counts and the first served name', async () => {
    const runtime = await replay({ chat: (_, response) => sendEvents(response, documented('chat.synthetic.txt')) })
    expect(await runtime.chat(request, call)).toMatchObject({
      text: 'Blue.',
      thinking: 'A colour.',
      response_model: 'qwen',
      finish_reason: 'stop',
      usage: { prompt_tokens: 24, cached_prompt_tokens: 16, output_tokens: 7 },
      server_timings: {},
    })
  })

  it('shares no cached prefix where it must not, by a salt that is never used twice', async () => {
    const bodies: Record<string, unknown>[] = []
    const runtime = await replay({
      chat: async (incoming, response) => {
        bodies.push(await bodyOf(incoming))
        sendEvents(response, documented('chat.synthetic.txt'))
      },
    })
    await runtime.chat(request, call)
    await runtime.chat({ ...request, think: true }, call)
    await runtime.chat({ ...request, prefix_cache: true }, call)
    const salts = bodies.map((body) => body.cache_salt)
    expect(salts).toEqual([expect.any(String), expect.any(String), undefined])
    expect(salts[0]).not.toBe(salts[1])
    expect(bodies.map((body) => body.chat_template_kwargs)).toEqual([undefined, { enable_thinking: true }, undefined])
  })

  it.each([
    [400, 'context-exceeded.json', { code: 'context-exceeded', facts: { n_ctx: 6048 } }],
    [404, 'model-missing.synthetic.json', { code: 'model-missing' }],
    [500, 'engine-dead.synthetic.json', { code: 'runner-died' }],
  ])('of status %i as in %s is a failure of its own', async (status, name, failure) => {
    const runtime = await replay({ chat: (_, response) => sendJson(response, documented(name), status) })
    await expect(runtime.chat(request, call)).rejects.toMatchObject(failure)
  })

  it('that breaks off with a dead engine says so', async () => {
    const broken = documented('chat.synthetic.txt').split('\n\n').slice(0, 3)
    const error = JSON.stringify(JSON.parse(documented('engine-dead.synthetic.json')))
    const text = [...broken, `data: ${error}`, 'data: [DONE]', ''].join('\n\n')
    const runtime = await replay({ chat: (_, response) => sendEvents(response, text) })
    await expect(runtime.chat(request, call)).rejects.toMatchObject({ code: 'runner-died' })
  })
})
