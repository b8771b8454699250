import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultModelTag } from '../../src/runtimes/embedded/catalogue.ts'
import { createEmbeddedRuntime } from '../../src/runtimes/embedded.ts'
import type { ChatResult } from '../../src/runtimes/runtime.ts'
import { call, question, startRealEngine } from './real-engine.ts'

let engine: Awaited<ReturnType<typeof startRealEngine>>
beforeAll(async () => {
  engine = await startRealEngine()
}, 300_000)
afterAll(() => engine?.supervisor.stop())

const ask = (...question_: Parameters<typeof question>): Promise<ChatResult> =>
  engine.runtime.chat(question(...question_), call)
const story = `Summarise: ${'the boat sails over the cold sea to the island, '.repeat(30)}`

describe('loading and describing', () => {
  it('is ready, lists its tag and declares no file before it is loaded', async () => {
    expect(await engine.runtime.health(call)).toEqual({ state: 'ready' })
    expect(await engine.runtime.list(call)).toEqual([{ tag: defaultModelTag, loaded: false }])
    const description = await engine.runtime.describe(defaultModelTag, call)
    expect(description).not.toHaveProperty('weights_files')
    expect(description.server_build).toMatch(/^node-llama-cpp 3\.21\.1 \(llama\.cpp /)
  })

  it('loads once and then says that it was loaded already', async () => {
    const first = await engine.runtime.load({ tag: defaultModelTag, context: 2048 }, call)
    const second = await engine.runtime.load({ tag: defaultModelTag, context: 2048 }, call)
    expect([first.loaded_now, second.loaded_now]).toEqual([true, false])
  })

  it('describes the file, the process that maps it and the context in force', async () => {
    const { load_id, server_build: _, ...description } = await engine.runtime.describe(defaultModelTag, call)
    expect(description).toEqual({
      tag: defaultModelTag,
      weights_files: [engine.path],
      serving_pid: engine.connection.pid,
      loaded_gpu_bytes: 0,
      architecture: 'llama',
      parameters: '135M',
      quantization: 'Q4_1',
      context_trained: 8192,
      context_configured: 2048,
      context_in_force: 2048,
      template_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(load_id).toContain(String(engine.connection.pid))
    if (process.platform === 'linux') {
      expect(readFileSync(`/proc/${engine.connection.pid}/maps`, 'utf8')).toContain(engine.path)
    }
  })

  it('has another load_id after it was unloaded and loaded again', async () => {
    const before = await engine.runtime.describe(defaultModelTag, call)
    await engine.runtime.unload(defaultModelTag, call)
    expect(await engine.runtime.describe(defaultModelTag, call)).not.toHaveProperty('load_id')
    await engine.runtime.load({ tag: defaultModelTag, context: 2048 }, call)
    const after = await engine.runtime.describe(defaultModelTag, call)
    expect(after.load_id).not.toBe(before.load_id)
  })

  it('refuses a tag that it does not serve, wherever it is asked', async () => {
    const missing = { code: 'model-missing', message: expect.stringContaining("model 'nope:1b' not found") }
    await expect(ask('Hello', { tag: 'nope:1b' })).rejects.toMatchObject(missing)
    await expect(engine.runtime.load({ tag: 'nope:1b' }, call)).rejects.toMatchObject(missing)
    await expect(engine.runtime.describe('nope:1b', call)).rejects.toMatchObject(missing)
  })
})

describe('answers', () => {
  it('are the same at temperature 0 whatever was asked before, with a cached prefix or without', async () => {
    const first = await ask(story)
    await ask('Name three colours.', { max_output_tokens: 8 })
    const after_other = await ask(story)
    const cached = await ask(story, { prefix_cache: true })
    const cached_partly = await ask(`${story} and then back again`, { prefix_cache: true })
    const uncached = await ask(`${story} and then back again`)
    await engine.runtime.unload(defaultModelTag, call)
    const reloaded = await ask(story)
    expect(first.text).not.toBe('')
    expect([after_other.text, cached.text, reloaded.text]).toEqual([first.text, first.text, first.text])
    expect(cached_partly.text).toBe(uncached.text)
  })

  it('are asked for with the template of the file, its default system message included, and no mark twice', async () => {
    const { usage } = await ask('Hi  ', { max_output_tokens: 1 })
    // The rendered template has 32 tokens; with a second start mark it would have 33, without the system message 11.
    expect(usage.prompt_tokens).toBe(32)
  })

  it('tell how many tokens of the prompt were taken from the cache', async () => {
    const cold = await ask(story)
    const warm = await ask(story, { prefix_cache: true })
    expect(cold.usage.cached_prompt_tokens).toBe(0)
    expect(warm.usage.prompt_tokens).toBe(cold.usage.prompt_tokens)
    expect(warm.usage.cached_prompt_tokens).toBeGreaterThan(100)
    expect(warm.server_timings.prompt_ms).toBeLessThan((cold.server_timings.prompt_ms as number) / 2)
  })

  it('are limited by the tokens asked for and say so', async () => {
    const result = await ask('Tell me a long story.', { max_output_tokens: 7 })
    expect(result).toMatchObject({ finish_reason: 'length', usage: { output_tokens: 7 } })
    expect(result.wire.chunk_ms.length).toBeGreaterThan(0)
    expect(result.wire.first_content_ms).toBe(result.wire.chunk_ms[0])
  })

  it('keep to a schema', async () => {
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string', maxLength: 30 },
        urgent: { enum: ['yes', 'no'] },
        rank: { type: 'integer' },
      },
      required: ['name', 'urgent', 'rank'],
      additionalProperties: false,
    }
    const { text, finish_reason } = await ask(
      'Maria Keller writes: my order is broken! Extract name, urgent and rank.',
      {
        schema,
        max_output_tokens: 80,
      },
    )
    expect(finish_reason).toBe('stop')
    expect(JSON.parse(text)).toEqual({
      name: expect.any(String),
      urgent: expect.stringMatching(/^(yes|no)$/),
      rank: expect.any(Number),
    })
  })

  it('refuse a schema that a grammar would not enforce, naming what and where', async () => {
    const schema = { type: 'object', properties: { order: { type: 'string', pattern: '^A-' } }, required: ['order'] }
    await expect(ask('Hello', { schema })).rejects.toMatchObject({
      code: 'request-refused',
      facts: { status: 400 },
      message: expect.stringContaining('"pattern" at #/properties/order'),
    })
  })

  it('refuse a prompt that does not fit, with both numbers, and never cut it', async () => {
    await expect(ask('sea '.repeat(2500))).rejects.toMatchObject({
      code: 'context-exceeded',
      facts: { n_ctx: 2048, n_prompt_tokens: expect.any(Number) },
    })
  })

  it('end with length where the context ends', async () => {
    const schema = { type: 'string', minLength: 999 }
    const result = await ask('Tell me a long story.', { context: 128, max_output_tokens: 1000, schema })
    const { prompt_tokens = 0, output_tokens = 0 } = result.usage
    expect(result.finish_reason).toBe('length')
    const { context_in_force } = await engine.runtime.describe(defaultModelTag, call)
    expect(prompt_tokens + output_tokens).toBe(context_in_force)
  })
})

describe('giving up', () => {
  const long = { max_output_tokens: 1500 }

  it('frees the engine within a second, while the prompt is read and while the answer is written', async () => {
    await engine.runtime.load({ tag: defaultModelTag, context: 2048 }, call)
    for (const content of ['the sea and the sky '.repeat(400), 'Tell me a very long story.']) {
      const controller = new AbortController()
      const answer = engine.runtime.chat(question(content, long), { ...call, signal: controller.signal })
      setTimeout(() => controller.abort(), 700)
      await expect(answer).rejects.toMatchObject({ code: 'aborted' })
      const wait = await engine.runtime.load({ tag: defaultModelTag, context: 2048 }, call)
      expect(wait.total_ms).toBeLessThan(1_000)
    }
  })

  it('happens at the deadline', async () => {
    const started = performance.now()
    const answer = engine.runtime.chat(question('Tell me a very long story.', long), { deadline_ms: 500 })
    await expect(answer).rejects.toMatchObject({ code: 'deadline-exceeded', facts: { deadline_ms: 500 } })
    expect(performance.now() - started).toBeLessThan(1_500)
  })

  it('leaves the next answer as it would have been', async () => {
    const fresh = await ask(story)
    const controller = new AbortController()
    const cut = engine.runtime.chat(question(story, long), {
      ...call,
      signal: controller.signal,
      onText: () => controller.abort(),
    })
    await expect(cut).rejects.toMatchObject({ code: 'aborted' })
    expect((await ask(story, { prefix_cache: true })).text).toBe(fresh.text)
  })
})

describe('the door', () => {
  const status = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { endpoint, token } = engine.connection
      const all = { authorization: `Bearer ${token}`, ...headers }
      httpRequest(`${endpoint}/v1/models`, { headers: all }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })

  it('opens with the token only', async () => {
    const wrong = createEmbeddedRuntime({ ...engine.connection, token: 'not-the-token-of-this-engine' })
    await expect(wrong.list(call)).rejects.toMatchObject({ code: 'unauthorised' })
    await expect(wrong.chat(question('Hello'), call)).rejects.toMatchObject({ code: 'unauthorised' })
    expect(await status({})).toBe(200)
    expect(await status({ authorization: '' })).toBe(401)
  })

  it('stays shut for web pages and for other names of this machine', async () => {
    expect(await status({ origin: 'http://127.0.0.1:3000' })).toBe(403)
    expect(await status({ host: 'attacker.example' })).toBe(403)
  })
})
