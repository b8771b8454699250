import { describe, expect, it } from 'vitest'
import { createLmStudioRuntime } from '../../src/runtimes/lm-studio.ts'
import { call, chatRequest } from './chat-request.ts'
import { fixture, sendEvents, sendJson } from './fixture.ts'
import { bodyOf, serve } from './loopback-server.ts'

const documented = (name: string) => fixture(`lm-studio-documented/${name}`)
const request = chatRequest('gemma-2-2b-it-abliterated', 'Hello')

interface Setting {
  /** Absent in versions before 0.4. */
  readonly v1?: string
  readonly v0?: string
  readonly chat?: { readonly status: number; readonly text: string }
}
async function replay({ v1, v0 = documented('v0-models.json'), chat }: Setting) {
  const asked: { url: string; body: Record<string, unknown> }[] = []
  const { endpoint } = await serve(async (incoming, response) => {
    const url = incoming.url ?? ''
    if (incoming.method === 'POST') asked.push({ url, body: await bodyOf(incoming) })
    if (url === '/api/v1/models' && v1) return sendJson(response, v1)
    if (url === '/api/v0/models') return sendJson(response, v0)
    if (url === '/api/v1/models/load' && v1) return sendJson(response, documented('v1-load.json'))
    if (url === '/api/v1/models/unload' && v1) return sendJson(response, documented('v1-unload.json'))
    if (url === '/v1/chat/completions') {
      if (chat) return sendJson(response, chat.text, chat.status)
      return sendEvents(response, documented('chat.txt'))
    }
    // LM Studio answers unknown paths with status 200.
    sendJson(response, documented('unknown-path.synthetic.json'))
  })
  return { runtime: createLmStudioRuntime({ endpoint }), asked }
}
const v1 = documented('v1-models.json')
const v1Unloaded = JSON.stringify({
  models: (JSON.parse(v1) as { models: object[] }).models.map((model) => ({ ...model, loaded_instances: [] })),
})

describe('what LM Studio says of its models', () => {
  it('is read from its newer interface', async () => {
    const { runtime } = await replay({ v1 })
    expect(await runtime.health(call)).toEqual({ state: 'ready' })
    expect(await runtime.list(call)).toEqual([
      {
        tag: 'gemma-3-270m-it-qat',
        parameters: '270M',
        quantization: 'Q4_0',
        context_trained: 32768,
        size_bytes: 241410208,
        loaded: true,
      },
      {
        tag: 'text-embedding-nomic-embed-text-v1.5-embedding',
        quantization: 'F16',
        context_trained: 2048,
        size_bytes: 274290560,
        loaded: false,
        chats: false,
      },
    ])
    expect(await runtime.describe('gemma-3-270m-it-qat', call)).toEqual({
      tag: 'gemma-3-270m-it-qat',
      load_id: 'instance gemma-3-270m-it-qat',
      architecture: 'gemma3',
      parameters: '270M',
      quantization: 'Q4_0',
      context_trained: 32768,
      context_in_force: 4096,
    })
  })

  it('is read from its older interface where there is no other', async () => {
    const { runtime } = await replay({ v0: documented('v0-models-loaded.synthetic.json') })
    expect((await runtime.list(call)).map(({ loaded }) => loaded)).toEqual([false, true, false])
    expect(await runtime.describe('meta-llama-3.1-8b-instruct', call)).toMatchObject({
      quantization: 'Q4_K_M',
      context_trained: 131072,
      context_in_force: 4096,
    })
    const unloaded = await runtime.describe('qwen2-vl-7b-instruct', call)
    expect(unloaded).toEqual({
      tag: 'qwen2-vl-7b-instruct',
      architecture: 'qwen2_vl',
      quantization: '4bit',
      context_trained: 32768,
    })
  })

  it('is of the only loaded model for a name that it does not know, and of none where none is loaded', async () => {
    const loaded = await replay({ v1 })
    expect(await loaded.runtime.describe('any-model-name', call)).toMatchObject({ tag: 'gemma-3-270m-it-qat' })
    const { runtime } = await replay({})
    await expect(runtime.describe('any-model-name', call)).rejects.toMatchObject({ code: 'model-missing' })
  })
})

describe('loading with LM Studio', () => {
  it('asks for a model that is not in memory, with the context of the lane', async () => {
    const { runtime, asked } = await replay({ v1: v1Unloaded })
    expect(await runtime.load({ tag: 'gemma-3-270m-it-qat', context: 2048 }, call)).toMatchObject({ loaded_now: true })
    expect(asked).toEqual([
      { url: '/api/v1/models/load', body: { model: 'gemma-3-270m-it-qat', context_length: 2048 } },
    ])
    await expect(runtime.load({ tag: 'nope' }, call)).rejects.toMatchObject({ code: 'model-missing' })
  })

  it('asks for one token where only a question loads', async () => {
    const { runtime, asked } = await replay({})
    expect(await runtime.load({ tag: 'qwen2-vl-7b-instruct' }, call)).toMatchObject({ loaded_now: true })
    expect(asked).toMatchObject([
      { url: '/v1/chat/completions', body: { model: 'qwen2-vl-7b-instruct', max_tokens: 1 } },
    ])
  })

  it('leaves alone what is loaded, and unloads its instances', async () => {
    const { runtime, asked } = await replay({ v1 })
    expect(await runtime.load({ tag: 'gemma-3-270m-it-qat' }, call)).toMatchObject({ loaded_now: false })
    expect(asked).toEqual([])
    await runtime.unload('gemma-3-270m-it-qat', call)
    expect(asked).toEqual([{ url: '/api/v1/models/unload', body: { instance_id: 'gemma-3-270m-it-qat' } }])
  })
})

describe('an answer of LM Studio', () => {
  it('has no counts where it gives none', async () => {
    const { runtime } = await replay({})
    const { wire: _, ...answer } = await runtime.chat(request, call)
    expect(answer).toEqual({
      text: '\n',
      thinking: '',
      response_model: 'gemma-2-2b-it-abliterated',
      finish_reason: 'stop',
      usage: {},
      server_timings: {},
    })
  })

  it.each([
    [documented('context-exceeded.json'), 4096],
    [
      JSON.stringify({
        error:
          'Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with ' +
          'context length of only 32768 tokens, which is not enough.',
      }),
      32768,
    ],
  ])('is refused where the prompt does not fit: %s', async (text, n_ctx) => {
    const { runtime } = await replay({ chat: { status: 400, text } })
    await expect(runtime.chat(request, call)).rejects.toMatchObject({ code: 'context-exceeded', facts: { n_ctx } })
  })
})
