import { describe, expect, it } from 'vitest'
import { openaiChat } from '../../src/runtimes/openai-chat.ts'
import type { ChatRequest } from '../../src/runtimes/runtime.ts'
import { bodyOf, close, delta, ending, event, eventStream, serve } from './loopback-server.ts'

const request: ChatRequest = {
  tag: 'm',
  messages: [{ role: 'user', content: 'Hello' }],
  temperature: 0,
  seed: 7,
  max_output_tokens: 20,
  think: false,
  prefix_cache: false,
}
const ask = (
  endpoint: string,
  changes: { apiKey?: string; deadline_ms?: number; signal?: AbortSignal; onText?: (text: string) => void } = {},
) => {
  const { apiKey, ...call } = changes
  return openaiChat({ server: 'the test server', endpoint, ...(apiKey && { apiKey }) }, request, {
    deadline_ms: 10_000,
    ...call,
  })
}
const streaming = (...events: unknown[]) =>
  serve((_, response) => response.writeHead(200, eventStream).end(events.map(event).join('')))
const refusing = (status: number, body: unknown, headers = {}) =>
  serve((_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body)),
  )

describe('a whole answer', () => {
  it('carries text, thinking, counts and timings as the server gave them', async () => {
    const pieces: string[] = []
    const { endpoint } = await streaming(
      { model: 'other-name', choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: { reasoning_content: 'hm' }, finish_reason: null }] },
      delta('Good '),
      delta('day'),
      ending('stop'),
      {
        choices: [],
        usage: { prompt_tokens: 30, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 10 } },
        timings: { cache_n: 10, prompt_n: 20, prompt_ms: 12.5, predicted_n: 5, predicted_ms: 50 },
      },
      '[DONE]',
    )
    const { wire, ...result } = await ask(endpoint, { onText: (text) => pieces.push(text) })
    expect(result).toEqual({
      text: 'Good day',
      thinking: 'hm',
      response_model: 'other-name',
      finish_reason: 'stop',
      usage: { prompt_tokens: 30, cached_prompt_tokens: 10, output_tokens: 5 },
      server_timings: { prompt_ms: 12.5, generation_ms: 50 },
    })
    expect(pieces).toEqual(['Good ', 'day'])
    expect(wire.chunk_ms).toHaveLength(3)
    expect(wire.first_thinking_ms).toBeLessThanOrEqual(wire.first_content_ms as number)
    expect(wire.first_content_ms).toBeLessThanOrEqual(wire.total_ms)
  })

  it('has no counts and no timings where the server gave none', async () => {
    const { endpoint } = await streaming(delta('Hi'), ending('content_filter'), '[DONE]')
    const result = await ask(endpoint)
    expect(result).toMatchObject({ finish_reason: 'other', usage: {}, server_timings: {} })
    expect(Object.keys(result.usage)).toEqual([])
  })

  it('is timed from the moment of sending, by the arrival of its pieces', async () => {
    const { endpoint } = await serve((_, response) => {
      response.writeHead(200, eventStream)
      setTimeout(() => response.write(event(delta('a'))), 150)
      setTimeout(() => response.end([delta('b'), ending('stop'), '[DONE]'].map(event).join('')), 300)
    })
    const { wire } = await ask(endpoint)
    expect(wire.first_content_ms).toBeGreaterThanOrEqual(145)
    expect((wire.chunk_ms[1] as number) - (wire.chunk_ms[0] as number)).toBeGreaterThan(100)
  })
})

describe('the request', () => {
  it('holds what OpenAI knows, the given key, and nothing from the environment', async () => {
    process.env.OPENAI_API_KEY = 'sk-from-environment'
    process.env.OPENAI_ORG_ID = 'org-from-environment'
    process.env.OPENAI_CUSTOM_HEADERS = 'x-leak: from-environment'
    let seen: { body?: unknown; headers?: unknown } = {}
    const { endpoint } = await serve(async (incoming, response) => {
      seen = { body: await bodyOf(incoming), headers: incoming.headers }
      response.writeHead(200, eventStream).end([delta('x'), ending('stop'), '[DONE]'].map(event).join(''))
    })
    try {
      await ask(endpoint, { apiKey: 'the-key' })
      expect(seen.body).toEqual({
        model: 'm',
        messages: [{ role: 'user', content: 'Hello' }],
        temperature: 0,
        seed: 7,
        max_tokens: 20,
        stream: true,
        stream_options: { include_usage: true },
      })
      expect(seen.headers).toMatchObject({ authorization: 'Bearer the-key' })
      expect(JSON.stringify(seen.headers)).not.toContain('from-environment')
      await ask(endpoint)
      expect(seen.headers).not.toHaveProperty('authorization')
    } finally {
      for (const name of ['OPENAI_API_KEY', 'OPENAI_ORG_ID', 'OPENAI_CUSTOM_HEADERS']) delete process.env[name]
    }
  })

  it('is sent once only, also where the server is busy', async () => {
    let requests = 0
    const { endpoint } = await serve((_, response) => {
      requests += 1
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"server busy"}}')
    })
    await expect(ask(endpoint)).rejects.toMatchObject({ code: 'queue-full' })
    expect(requests).toBe(1)
  })

  it('does not follow a redirect, so that the key stays with its host', async () => {
    let followed = false
    const other = await serve((_, response) => {
      followed = true
      response.end()
    })
    const { endpoint } = await refusing(307, {}, { location: `${other.endpoint}/chat/completions` })
    await expect(ask(endpoint, { apiKey: 'the-key' })).rejects.toMatchObject({
      code: 'unexpected-response',
      message: expect.stringContaining('redirect'),
    })
    expect(followed).toBe(false)
  })
})

describe('an error status', () => {
  const context = {
    code: 400,
    type: 'exceed_context_size_error',
    message: 'the request exceeds',
    n_prompt_tokens: 700,
    n_ctx: 512,
  }
  it.each([
    [401, { message: 'no' }, 'unauthorised'],
    [403, { message: 'no' }, 'unauthorised'],
    [404, { message: "model 'm' not found" }, 'model-missing'],
    [404, { message: 'File Not Found', type: 'not_found_error' }, 'unexpected-response'],
    [400, context, 'context-exceeded'],
    [400, { code: 'context_length_exceeded', message: 'too much' }, 'context-exceeded'],
    [400, { message: "This model's maximum context length is 512 tokens" }, 'context-exceeded'],
    [400, { message: 'temperature must be a number' }, 'request-refused'],
    [503, { message: 'Loading model', type: 'unavailable_error' }, 'model-loading'],
    [503, { message: 'server busy, please try again.  maximum pending requests exceeded' }, 'queue-full'],
    [429, { message: 'slow down' }, 'queue-full'],
    [500, { message: 'llama runner process has terminated: exit status 2' }, 'runner-died'],
    [500, { message: 'oops' }, 'unexpected-response'],
  ])('%i with %o is %s', async (status, error, code) => {
    const { endpoint } = await refusing(status, { error })
    await expect(ask(endpoint)).rejects.toMatchObject({ code, facts: { endpoint, status, tag: 'm' } })
  })

  it('keeps the numbers of a prompt that does not fit', async () => {
    const { endpoint } = await refusing(400, { error: context })
    await expect(ask(endpoint)).rejects.toMatchObject({
      facts: { n_prompt_tokens: 700, n_ctx: 512 },
      message: expect.stringContaining('700 tokens, context 512'),
    })
  })

  it('does not repeat the key that the server quotes', async () => {
    const { endpoint } = await refusing(401, { error: { message: 'Incorrect API key provided: sk-secret' } })
    const failure = await ask(endpoint, { apiKey: 'sk-secret' }).catch((error: Error) => error)
    expect(failure).toMatchObject({ message: expect.stringContaining('[key]') })
    expect(JSON.stringify(failure) + String(failure)).not.toContain('sk-secret')
  })
})

describe('a broken answer', () => {
  it.each([
    ['no finish reason', [delta('Half an ans'), '[DONE]']],
    ['no end mark', [delta('Half an ans'), ending('stop')]],
    ['nothing at all', []],
  ])('with %s is a cut stream, not a short success', async (_, events) => {
    const { endpoint } = await streaming(...events)
    await expect(ask(endpoint)).rejects.toMatchObject({ code: 'stream-cut' })
  })

  it.each([
    ['that the runner died', { error: 'unexpected EOF' }, 'runner-died'],
    ['of another kind', { error: { message: 'grammar failed' } }, 'unexpected-response'],
  ])('with an error object %s says so', async (_, error, code) => {
    const { endpoint } = await streaming(delta('Half'), error)
    await expect(ask(endpoint)).rejects.toMatchObject({ code })
  })

  it.each([
    ['a web page', 'text/html', '<html>'],
    ['one JSON object', 'application/json', '{"choices":[]}'],
    ['no JSON', 'text/event-stream', 'data: {broken\n\n'],
  ])('that is %s is not the protocol', async (_, type, body) => {
    const { endpoint } = await serve((__, response) => response.writeHead(200, { 'content-type': type }).end(body))
    await expect(ask(endpoint)).rejects.toMatchObject({ code: 'unexpected-response' })
  })

  it('over a reset connection is a cut stream while the server lives, and a dead runner when it does not', async () => {
    const half = await serve((incoming, response) => {
      if (incoming.method === 'GET') return void response.end()
      response.writeHead(200, eventStream).write(event(delta('Half')), () => response.destroy())
    })
    await expect(ask(half.endpoint)).rejects.toMatchObject({ code: 'stream-cut' })
    const dying = await serve((_, response) => {
      response.writeHead(200, eventStream).write(event(delta('Half')), () => close(dying.server))
    })
    await expect(ask(dying.endpoint)).rejects.toMatchObject({ code: 'runner-died' })
  })

  it('from where nothing listens is an unreachable runtime', async () => {
    const { endpoint, server } = await serve(() => undefined)
    close(server)
    await expect(ask(endpoint)).rejects.toMatchObject({
      code: 'unreachable',
      facts: { transport_code: 'ECONNREFUSED' },
      message: expect.stringContaining(endpoint),
    })
  })
})

describe('giving up', () => {
  const silent = () => serve((_, response) => response.writeHead(200, eventStream).write(event(delta('Half'))))

  it('at the deadline closes the connection', async () => {
    let closed = false
    const { endpoint } = await serve((_, response) => {
      response.on('close', () => (closed = true))
      response.writeHead(200, eventStream).write(event(delta('Half')))
    })
    await expect(ask(endpoint, { deadline_ms: 150 })).rejects.toMatchObject({
      code: 'deadline-exceeded',
      message: expect.stringMatching(/within 150 ms\. Raise limits\.seconds_per_record/),
    })
    await expect.poll(() => closed).toBe(true)
  })

  it('by the caller is told apart from a deadline, before and after sending', async () => {
    const { endpoint } = await silent()
    const controller = new AbortController()
    const answer = ask(endpoint, { signal: controller.signal, onText: () => controller.abort() })
    await expect(answer).rejects.toMatchObject({ code: 'aborted' })
    await expect(ask(endpoint, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' })
  })

  it('does not happen at once for a deadline of many days', async () => {
    const { endpoint } = await streaming(delta('x'), ending('stop'), '[DONE]')
    await expect(ask(endpoint, { deadline_ms: 2 ** 40 })).resolves.toMatchObject({ text: 'x' })
  })
})
