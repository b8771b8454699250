import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { createOllamaRuntime, type OllamaOptions } from '../../src/runtimes/ollama.ts'
import type { ChatRequest } from '../../src/runtimes/runtime.ts'
import { bodyOf, close, serve } from './loopback-server.ts'
import { recorded, weightsBlob } from './ollama-fixture.ts'

/** The adapter against recorded answers of a real Ollama 0.31.0; test/real/ollama.test.ts asks the real one. */

const call = { deadline_ms: 10_000 }
const question: ChatRequest = {
  tag: 'smollm2:135m',
  messages: [{ role: 'user', content: 'Say hello.' }],
  temperature: 0,
  seed: 1,
  max_output_tokens: 8,
  context: 1024,
  think: false,
  prefix_cache: true,
}

interface Asked {
  readonly path: string
  readonly body: Record<string, unknown> | undefined
  readonly authorization: string | undefined
}
type Answer = string | ((response: ServerResponse, asked: Asked) => void)

/** Answers of a server with nothing loaded; each test changes some. */
const usual: Readonly<Record<string, Answer>> = {
  '/api/version': recorded('version.json'),
  '/api/tags': recorded('tags.json'),
  '/api/ps': recorded('ps-nothing-loaded.json'),
  '/api/show': recorded('show.json'),
  '/api/chat': recorded('chat-length.ndjson'),
}
const status =
  (code: number, body: string): Answer =>
  (response) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end(body)

async function replay(changes: Readonly<Record<string, Answer>> = {}, options: Partial<OllamaOptions> = {}) {
  const answers = { ...usual, ...changes }
  const asked: Asked[] = []
  const { endpoint, server } = await serve(async (request, response) => {
    const path = request.url ?? ''
    const body = request.method === 'POST' ? await bodyOf(request) : undefined
    const one = { path, body, authorization: request.headers.authorization }
    asked.push(one)
    const answer = answers[path]
    if (typeof answer === 'function') answer(response, one)
    else if (answer === undefined) response.writeHead(404).end('{}')
    else response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(answer)
  })
  const origin = new URL(endpoint).origin
  return { runtime: createOllamaRuntime({ endpoint: origin, ...options }), asked, server, origin }
}
const failureOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code?: string; message: string; facts: object }) => error,
  )
const tags = JSON.parse(recorded('tags.json')) as { models: { name: string; digest: string }[] }
const digestOf = (tag: string) => tags.models.find(({ name }) => name === tag)?.digest as string
const runningAs = (name: string, digest: string) =>
  recorded('ps-loaded.json').replaceAll('smollm2:135m', name).replaceAll(digestOf('smollm2:135m'), digest)
/** /api/show of smollm2:135m, and for the other tag a modelfile of one's own. */
const showing = (name: string, modelfile: string): Answer => {
  return (response, { body }) =>
    response.end(body?.model === name ? JSON.stringify({ modelfile, model_info: {} }) : recorded('show.json'))
}

describe('health and list', () => {
  it('name the version and the tags', async () => {
    const { runtime } = await replay()
    expect(await runtime.health(call)).toEqual({ state: 'ready', version: 'ollama 0.31.0' })
    const same = {
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      parameters: expect.stringMatching(/^134/),
      quantization: 'Q4_1',
      context_trained: 8192,
      modified_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      loaded: false,
      chats: true,
    }
    expect(await runtime.list(call)).toEqual([
      { tag: 'brief:v1', size_bytes: 98_363_228, ...same },
      { tag: 'smollm2:135m', size_bytes: 98_363_007, ...same },
      { tag: 'support-classifier:v1', size_bytes: 98_363_007, ...same },
    ])
  })

  it('call a copy of the loaded tag loaded, and say nothing of a tag that may share its weights', async () => {
    const { runtime } = await replay({ '/api/ps': recorded('ps-loaded.json') })
    expect((await runtime.list(call)).map(({ tag, loaded }) => [tag, loaded])).toEqual([
      ['brief:v1', undefined],
      ['smollm2:135m', true],
      ['support-classifier:v1', true],
    ])
  })
})

describe('a description', () => {
  const describeOther = async (changes: Readonly<Record<string, Answer>>) => {
    const seen: string[] = []
    const { runtime } = await replay(changes, {
      findRunner: async (blob) => {
        seen.push(blob)
        return { pid: 4711, started_at: 99 }
      },
    })
    return { ...(await runtime.describe('smollm2:135m', call)), seen }
  }

  it('finds the runner, its process and its context by a copy that loaded it', async () => {
    const description = await describeOther({
      '/api/ps': runningAs('support-classifier:v1', digestOf('smollm2:135m')),
    })
    expect(description).toMatchObject({
      digest: digestOf('smollm2:135m'),
      weights_files: [weightsBlob],
      context_in_force: 1024,
      loaded_gpu_bytes: 0,
      serving_pid: 4711,
      load_id: '4711@99',
      seen: [weightsBlob],
    })
  })

  it('finds the runner by its weights where a tag with another system prompt loaded it', async () => {
    const description = await describeOther({
      '/api/ps': runningAs('brief:v1', digestOf('brief:v1')),
      '/api/show': showing('brief:v1', `FROM ${weightsBlob}\nSYSTEM x\n`),
    })
    expect(description).toMatchObject({ weights_files: [weightsBlob], context_in_force: 1024, serving_pid: 4711 })
  })

  it.each([
    ['other weights', `FROM /m/blobs/sha256-${'0'.repeat(64)}\n`, digestOf('brief:v1')],
    [
      'an adapter on the same weights',
      `FROM ${weightsBlob}\nADAPTER /m/blobs/sha256-${'0'.repeat(64)}\n`,
      digestOf('brief:v1'),
    ],
    ['what a tag meant before it was made anew', `FROM ${weightsBlob}\n`, '9'.repeat(64)],
  ])('does not take a runner for its own that holds %s', async (_, modelfile, digest) => {
    const description = await describeOther({
      '/api/ps': runningAs('brief:v1', digest),
      '/api/show': showing('brief:v1', modelfile),
    })
    for (const key of ['weights_files', 'context_in_force', 'serving_pid', 'load_id', 'loaded_bytes']) {
      expect(description).not.toHaveProperty(key)
    }
    expect(description.seen).toEqual([])
  })

  it('of a missing tag fails as such', async () => {
    const { runtime } = await replay({ '/api/show': status(404, recorded('error-model-missing.json')) })
    expect(await failureOf(runtime.describe('nope:1b', call))).toMatchObject({ code: 'model-missing' })
  })
})

describe('loading', () => {
  it('is told from finding the weights in memory, and asks with the context of the lane', async () => {
    let loaded = false
    const { runtime, asked } = await replay({
      '/api/ps': (response) => response.end(recorded(loaded ? 'ps-loaded.json' : 'ps-nothing-loaded.json')),
      '/api/chat': (response) => {
        loaded = true
        response.end(recorded('load.json'))
      },
    })
    const request = { tag: 'smollm2:135m', context: 1024, keep_alive: '10m' }
    expect(await runtime.load(request, call)).toMatchObject({ loaded_now: true })
    expect(await runtime.load(request, call)).toMatchObject({ loaded_now: false })
    expect(asked.find(({ path }) => path === '/api/chat')?.body).toEqual({
      model: 'smollm2:135m',
      messages: [],
      stream: false,
      truncate: false,
      shift: false,
      keep_alive: '10m',
      options: { num_ctx: 1024 },
    })
  })

  it('counts as done now where the same weights got another process', async () => {
    let started = 1
    const { runtime } = await replay(
      { '/api/ps': recorded('ps-loaded.json'), '/api/chat': recorded('load.json') },
      { findRunner: async () => ({ pid: 4711, started_at: started++ }) },
    )
    expect(await runtime.load({ tag: 'smollm2:135m' }, call)).toMatchObject({ loaded_now: true })
  })

  it.each([
    ['cut short', 500, 'error-weights-cut-short.json'],
    ['unreadable', 400, 'error-weights-unreadable.json'],
  ])('fails as such where the weights are %s', async (_, code, file) => {
    const { runtime } = await replay({ '/api/chat': status(code, recorded(file)) })
    expect(await failureOf(runtime.load({ tag: 'smollm2:135m' }, call))).toMatchObject({ code: 'load-failed' })
  })

  it('waits after unloading until the runner is gone', async () => {
    let looks = 0
    const { runtime, asked } = await replay({
      '/api/ps': (response) => response.end(recorded(++looks < 3 ? 'ps-loaded.json' : 'ps-nothing-loaded.json')),
      '/api/chat': recorded('unload.json'),
    })
    await runtime.unload('smollm2:135m', call)
    expect(looks).toBe(3)
    expect(asked.find(({ path }) => path === '/api/chat')?.body).toMatchObject({ messages: [], keep_alive: 0 })
  })
})

describe('an answer', () => {
  it('has text, counts and durations as recorded, and the times of its pieces', async () => {
    const { runtime } = await replay()
    const pieces: string[] = []
    const { wire, ...answer } = await runtime.chat(question, { ...call, onText: (text) => pieces.push(text) })
    expect(answer).toMatchObject({
      text: pieces.join(''),
      thinking: '',
      response_model: 'smollm2:135m',
      finish_reason: 'length',
      usage: { prompt_tokens: 12, output_tokens: 8 },
      server_timings: { prompt_ms: expect.any(Number), generation_ms: expect.any(Number) },
    })
    expect(answer.usage).not.toHaveProperty('cached_prompt_tokens')
    expect(pieces.length).toBeGreaterThan(3)
    expect(wire.chunk_ms).toHaveLength(pieces.length)
    expect(wire.first_content_ms).toBeLessThanOrEqual(wire.total_ms)
  })

  it('keeps to the schema that was asked for', async () => {
    const { runtime, asked } = await replay({ '/api/chat': recorded('chat-schema.ndjson') })
    const schema = { type: 'object', properties: { fruit: { enum: ['apple', 'pear'] } }, required: ['fruit'] }
    const { text } = await runtime.chat({ ...question, schema }, call)
    expect(['apple', 'pear']).toContain((JSON.parse(text) as { fruit: string }).fruit)
    expect(asked.at(-1)?.body).toMatchObject({ format: schema })
  })

  it('has its thinking apart, asked for only where the model can think (lines written by hand)', async () => {
    const lines = [
      { model: 'm', message: { role: 'assistant', content: '', thinking: 'hm' }, done: false },
      { model: 'm', message: { role: 'assistant', content: 'Yes' }, done: false },
      { model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
    ]
    const { runtime, asked } = await replay({
      '/api/show': JSON.stringify({ capabilities: ['completion', 'thinking'] }),
      '/api/chat': lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    })
    const answer = await runtime.chat({ ...question, think: true }, call)
    expect(answer).toMatchObject({ text: 'Yes', thinking: 'hm', usage: {}, server_timings: {}, finish_reason: 'stop' })
    expect(answer.wire.first_thinking_ms).toBeLessThanOrEqual(answer.wire.first_content_ms as number)
    expect(asked.at(-1)?.body).toMatchObject({ think: true })
    await runtime.chat(question, call)
    expect(asked.filter(({ path }) => path === '/api/show')).toHaveLength(1)
    const { runtime: plain, asked: askedPlain } = await replay()
    await plain.chat({ ...question, think: true }, call)
    expect(askedPlain.at(-1)?.body).not.toHaveProperty('think')
  })

  it('leaves its connection to the next', async () => {
    const { runtime, server } = await replay()
    const connections: unknown[] = []
    server.on('connection', (socket) => connections.push(socket))
    for (let asked = 0; asked < 5; asked += 1) await runtime.chat(question, call)
    expect(connections.length).toBeLessThanOrEqual(2)
  })
})

describe('an answer that fails', () => {
  const chatting = async (answer: Answer, options: Partial<OllamaOptions> = {}) => {
    const { runtime } = await replay({ '/api/chat': answer }, options)
    return await failureOf(runtime.chat(question, call))
  }
  const whole = recorded('chat-length.ndjson')

  it.each([
    ['a prompt that is too long', status(400, recorded('error-context-exceeded.json')), 'context-exceeded'],
    ['a full queue', status(503, recorded('error-queue-full.json')), 'queue-full'],
    ['a missing tag', status(404, recorded('error-model-missing.json')), 'model-missing'],
    ['a schema that is none', status(400, recorded('error-schema-refused.json')), 'request-refused'],
    ['weights that are cut short', status(500, recorded('error-weights-cut-short.json')), 'load-failed'],
    ['a killed runner', recorded('chat-runner-killed.ndjson'), 'runner-died'],
    ['a killed runner that quotes a refusal', recorded('chat-runner-killed-after-refusal.ndjson'), 'runner-died'],
    ['a model that repeats itself', recorded('chat-repeats-itself.ndjson'), 'stream-cut'],
    ['an unloaded model', recorded('unload.json'), 'model-unloaded'],
    ['an end before the last line', whole.slice(0, whole.indexOf('"done":true') - 200), 'stream-cut'],
    ['an end inside the last line', whole.slice(0, whole.length - 20), 'stream-cut'],
    ['nothing', '', 'stream-cut'],
    ['a page of HTML', '<html>\n<p>Welcome</p>\n', 'unexpected-response'],
    ['a redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end(), 'unexpected-response'],
  ] satisfies [string, Answer, string][])('names its cause: %s', async (_, answer, code) => {
    const printed = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')]
    expect(await chatting(answer)).toMatchObject({ code })
    for (const each of printed) expect(each).not.toHaveBeenCalled()
  })

  it('says what was repeated when Ollama gave up on a model that repeats itself', async () => {
    const failure = await chatting(recorded('chat-repeats-itself.ndjson'))
    expect(failure?.message).toMatch(/repeats itself: the last 31 pieces were "☃"/)
    expect(failure?.facts).toMatchObject({ repeated_pieces: 31 })
  })

  it('is complete where only the last line break is missing', async () => {
    expect(await chatting(whole.trimEnd())).toBeUndefined()
  })

  it('names a connection that broke, with and without a server that still listens', async () => {
    expect(
      await chatting((response) => {
        response.write(whole.slice(0, 300))
        setTimeout(() => response.destroy(), 50)
      }),
    ).toMatchObject({ code: 'stream-cut' })
    const { runtime, server } = await replay({
      '/api/chat': (response) => {
        response.write(whole.slice(0, 300))
        setTimeout(() => close(server), 50)
      },
    })
    expect(await failureOf(runtime.chat(question, call))).toMatchObject({ code: 'runner-died' })
  })

  it('says that nothing listens', async () => {
    const { runtime, server } = await replay()
    close(server)
    const asking = [runtime.health(call), runtime.chat(question, call), runtime.describe('m', call)]
    for (const failure of await Promise.all(asking.map(failureOf))) {
      expect(failure).toMatchObject({ code: 'unreachable' })
    }
  })

  it.each(['before the first piece', 'mid-answer'])('ends at the deadline and on abort, %s', async (when) => {
    const gone: Promise<unknown>[] = []
    const { runtime } = await replay({
      '/api/chat': (response) => {
        gone.push(once(response, 'close'))
        if (when === 'mid-answer') response.write(whole.slice(0, whole.indexOf('\n') + 1))
      },
    })
    await runtime.describe('smollm2:135m', call)
    expect(await failureOf(runtime.chat(question, { deadline_ms: 150 }))).toMatchObject({
      code: 'deadline-exceeded',
      facts: { deadline_ms: 150 },
    })
    const signal = AbortSignal.timeout(150)
    expect(await failureOf(runtime.chat(question, { ...call, signal }))).toMatchObject({ code: 'aborted' })
    // The server learns of both.
    await Promise.all(gone)
    expect(gone).toHaveLength(2)
  })

  it('shares one deadline between the requests of a description', async () => {
    const slow: Answer = (response) => void setTimeout(() => response.end(recorded('show.json')), 200)
    const { runtime } = await replay({ '/api/ps': runningAs('brief:v1', digestOf('brief:v1')), '/api/show': slow })
    expect(await failureOf(runtime.describe('smollm2:135m', { deadline_ms: 300 }))).toMatchObject({
      code: 'deadline-exceeded',
    })
  })
})

describe('the key', () => {
  it('goes along where the config has one', async () => {
    const { runtime, asked } = await replay({}, { apiKey: 'secret-1' })
    await runtime.chat(question, call)
    await runtime.list(call)
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer secret-1']))
  })

  it('never comes from the environment by itself', async () => {
    vi.stubEnv('OLLAMA_API_KEY', 'secret-2')
    const sent: (string | null)[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      sent.push(new Headers(init?.headers).get('authorization'))
      return new Response(String(input).endsWith('/chat') ? recorded('chat-length.ndjson') : recorded('show.json'))
    }
    await createOllamaRuntime({ endpoint: 'https://ollama.com', fetch }).chat(question, call)
    vi.unstubAllEnvs()
    expect(sent).toEqual([null, null])
  })

  it('does not follow a redirect to another host', async () => {
    const elsewhere = await replay()
    const redirect: Answer = (response) => response.writeHead(307, { location: `${elsewhere.origin}/api/chat` }).end()
    const { runtime } = await replay({ '/api/chat': redirect }, { apiKey: 'secret-3' })
    expect(await failureOf(runtime.chat(question, call))).toMatchObject({ code: 'unexpected-response' })
    expect(elsewhere.asked).toEqual([])
  })
})
