import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLlamaServerRuntime, type LlamaServerOptions } from '../../src/runtimes/llama-server.ts'
import { shardsOf } from '../../src/runtimes/llama-server-props.ts'
import { call, chatRequest } from './chat-request.ts'
import { fixture, sendEvents, sendJson } from './fixture.ts'
import { bodyOf, serve } from './loopback-server.ts'

const captured = (name: string) => fixture(`llama-server-b1-80fb11a/${name}`)
const request = chatRequest('nope', 'Say hello.')

interface Setting {
  /** How often /health says that the model is loading. */
  readonly loading?: number
  readonly props?: object
  readonly adapters?: string
  readonly findServer?: LlamaServerOptions['findServer']
}

/** The captured answers behind a real HTTP server. */
async function replay({ loading = 0, props = {}, adapters = '[]', findServer }: Setting = {}) {
  const seen: string[] = []
  const bodies: Record<string, unknown>[] = []
  let stillLoading = loading
  const { endpoint } = await serve(async (incoming, response) => {
    seen.push(incoming.url ?? '')
    switch (incoming.url) {
      case '/health':
        stillLoading -= 1
        return stillLoading >= 0
          ? sendJson(response, captured('health-loading.json'), 503)
          : sendJson(response, '{"status":"ok"}')
      case '/props':
        return sendJson(response, JSON.stringify({ ...JSON.parse(captured('props.json')), ...props }))
      case '/v1/models':
        return sendJson(response, captured('models.json'))
      case '/lora-adapters':
        return sendJson(response, adapters)
      case '/v1/chat/completions':
        bodies.push(await bodyOf(incoming))
        return sendEvents(response, captured(bodies.at(-1)?.cache_prompt ? 'chat-cached.txt' : 'chat-anew.txt'))
      default:
        return sendJson(response, '{"error":{"message":"File Not Found","type":"not_found_error","code":404}}', 404)
    }
  })
  return { runtime: createLlamaServerRuntime({ endpoint, ...(findServer && { findServer }) }), seen, bodies, endpoint }
}

const description = {
  tag: 'smollm2:135m',
  weights_files: ['/models/SmolLM2-135M-Instruct.Q4_1.gguf'],
  parameters: '134515008',
  quantization: 'Q4_1',
  context_trained: 8192,
  context_in_force: 4096,
  template_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  loaded_bytes: 96576768,
  server_build: 'b1-80fb11a',
}

describe('what llama-server says of itself', () => {
  it('is loading first, then ready in its version', async () => {
    const { runtime } = await replay({ loading: 1 })
    expect(await runtime.health(call)).toEqual({ state: 'loading' })
    expect(await runtime.health(call)).toEqual({ state: 'ready', version: 'b1-80fb11a' })
  })

  it('is the same for an endpoint with and without /v1', async () => {
    const { endpoint } = await replay()
    const base = createLlamaServerRuntime({ endpoint: endpoint.replace('/v1', '/') })
    expect(await base.list(call)).toEqual([
      {
        tag: 'smollm2:135m',
        parameters: '134515008',
        context_trained: 8192,
        context_in_force: 4096,
        size_bytes: 96576768,
        loaded: true,
      },
    ])
    expect(await base.describe('smollm2:135m', call)).toEqual(description)
  })

  it('names the served model for a tag that it does not serve, because it would answer', async () => {
    const { runtime } = await replay()
    expect(await runtime.describe('llama3:70b', call)).toEqual(description)
  })

  it('carries the process behind it, which changes the load when it changes', async () => {
    let started_at = 5
    const { runtime } = await replay({ findServer: async () => ({ pid: 77, started_at }) })
    const first = await runtime.describe('smollm2:135m', call)
    expect(first).toMatchObject({ serving_pid: 77, load_id: expect.any(String) })
    started_at = 6
    expect((await runtime.describe('smollm2:135m', call)).load_id).not.toBe(first.load_id)
  })

  it('counts adapters that are applied among the weights, and their strength as part of the load', async () => {
    const adapters = captured('lora-adapters.synthetic.json')
    const { runtime } = await replay({ adapters })
    const described = await runtime.describe('smollm2:135m', call)
    expect(described.weights_files).toEqual([...description.weights_files, '/models/support.gguf'])
    const weaker = await replay({ adapters: adapters.replace('1.0', '0.5') })
    expect((await weaker.runtime.describe('smollm2:135m', call)).load_id).not.toBe(described.load_id)
  })

  it('names no weights by a path that is relative to an unknown folder', async () => {
    const props = { model_path: 'models/x.gguf' }
    const { runtime } = await replay({ props })
    expect((await runtime.describe('smollm2:135m', call)).weights_files).toBeUndefined()
    const found = await replay({ props, findServer: async () => ({ pid: 1, started_at: 1, working_folder: '/srv' }) })
    expect((await found.runtime.describe('smollm2:135m', call)).weights_files).toEqual(['/srv/models/x.gguf'])
  })

  it('names the files of another machine so that no file of this one is taken for them', async () => {
    const { endpoint } = await replay()
    const elsewhere = createLlamaServerRuntime({
      endpoint: 'http://gpu-box:8080',
      fetch: (input, init) => fetch(String(input).replace('http://gpu-box:8080', endpoint.replace('/v1', '')), init),
    })
    expect((await elsewhere.describe('smollm2:135m', call)).weights_files).toEqual([
      'gpu-box:/models/SmolLM2-135M-Instruct.Q4_1.gguf',
    ])
  })

  it('names no weights while it sleeps, is not woken by a look, and is woken by load', async () => {
    const { runtime, seen } = await replay({ props: { is_sleeping: true } })
    const described = await runtime.describe('smollm2:135m', call)
    expect(described).not.toHaveProperty('weights_files')
    expect(described).not.toHaveProperty('loaded_bytes')
    expect(seen).not.toContain('/lora-adapters')
    expect(await runtime.load({ tag: 'smollm2:135m' }, call)).toMatchObject({ loaded_now: true })
    expect(seen).toContain('/lora-adapters')
  })

  it('is not woken by a look half a second after its last answer either', async () => {
    const props = { is_sleeping: false }
    const { runtime, seen } = await replay({ props })
    await runtime.chat(request, call)
    expect(await runtime.describe('smollm2:135m', call)).toMatchObject({ weights_files: [expect.any(String)] })
    props.is_sleeping = true
    await new Promise((resolve) => setTimeout(resolve, 550))
    seen.length = 0
    expect(await runtime.describe('smollm2:135m', call)).not.toHaveProperty('weights_files')
    expect(seen).not.toContain('/lora-adapters')
  })

  it('proves nothing where it only routes to other servers', async () => {
    const { runtime } = await replay({ props: { role: 'router', model_path: 'none' } })
    expect(await runtime.describe('smollm2:135m', call)).toEqual({ tag: 'smollm2:135m', server_build: 'b1-80fb11a' })
  })
})

describe('waiting until llama-server is ready', () => {
  it('asks again until the model is loaded', async () => {
    const { runtime } = await replay({ loading: 3 })
    const report = await runtime.load({ tag: 'smollm2:135m' }, call)
    expect(report.loaded_now).toBe(false)
    expect(report.total_ms).toBeGreaterThan(100)
  })

  it('ends at the deadline and when the caller gives up', async () => {
    const { runtime } = await replay({ loading: Number.POSITIVE_INFINITY })
    await expect(runtime.load({ tag: 'm' }, { deadline_ms: 120 })).rejects.toMatchObject({
      code: 'deadline-exceeded',
      message: expect.stringMatching(/within \d+ ms\. Look whether it is overloaded/),
    })
    const signal = AbortSignal.timeout(80)
    await expect(runtime.load({ tag: 'm' }, { ...call, signal })).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('an answer of llama-server', () => {
  it('tells evaluated from cached tokens as the request asked for', async () => {
    const { runtime, bodies } = await replay()
    const anew = await runtime.chat(request, call)
    expect(anew).toMatchObject({
      text: "Hello! I'sure I'm not what I'm supposed",
      response_model: 'smollm2:135m',
      finish_reason: 'length',
      usage: { prompt_tokens: 33, cached_prompt_tokens: 0, output_tokens: 12 },
      server_timings: { prompt_ms: 2804.485, generation_ms: 2851.764 },
    })
    const cached = await runtime.chat({ ...request, prefix_cache: true }, call)
    expect(cached.usage).toEqual({ prompt_tokens: 33, cached_prompt_tokens: 32, output_tokens: 12 })
    expect(bodies.map((body) => body.cache_prompt)).toEqual([false, true])
    expect(bodies[0]).not.toHaveProperty('chat_template_kwargs')
  })

  it('thinks or not as asked where the template knows the word', async () => {
    const chat_template = '{% if enable_thinking is not defined or enable_thinking %}<think>{% endif %}'
    const { runtime, bodies, seen } = await replay({ props: { chat_template } })
    await runtime.chat({ ...request, think: true }, call)
    await runtime.chat(request, call)
    expect(bodies.map((body) => body.chat_template_kwargs)).toEqual([
      { enable_thinking: true },
      { enable_thinking: false },
    ])
    expect(seen.filter((url) => url === '/props')).toHaveLength(1)
  })

  it('is refused with both sizes where the prompt does not fit', async () => {
    const { endpoint } = await serve((incoming, response) =>
      incoming.url === '/props'
        ? sendJson(response, captured('props.json'))
        : sendJson(response, captured('exceeds-context.json'), 400),
    )
    await expect(createLlamaServerRuntime({ endpoint }).chat(request, call)).rejects.toMatchObject({
      code: 'context-exceeded',
      facts: { n_prompt_tokens: 6031, n_ctx: 4096 },
    })
  })
})

describe('the files of a model in pieces', () => {
  it('are all named by the first', () => {
    expect(shardsOf('/m/x-00001-of-00003.gguf')).toEqual([
      '/m/x-00001-of-00003.gguf',
      '/m/x-00002-of-00003.gguf',
      '/m/x-00003-of-00003.gguf',
    ])
    expect(shardsOf('/m/x-1-of-3.gguf')).toEqual(['/m/x-1-of-3.gguf'])
  })

  it('are as many as the name says, distinct, and among them the named one', () => {
    const pad = (number: number) => String(number).padStart(5, '0')
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (one, other) => {
        const [index, total] = [Math.min(one, other), Math.max(one, other)]
        const path = `/models/a-00001-of-00002-${pad(index)}-of-${pad(total)}.gguf`
        const shards = shardsOf(path)
        expect(new Set(shards).size).toBe(total)
        expect(shards).toContain(path)
      }),
    )
  })
})
