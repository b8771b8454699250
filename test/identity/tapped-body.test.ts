import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asksForVectors, asksModel, dialectOf, readBody, readSubject } from '../../src/identity/tapped-body.ts'

const read = (dialect: 'ollama' | 'openai', body: unknown) => readBody(dialect, Buffer.from(JSON.stringify(body)))

describe('the path of a request', () => {
  it.each([
    ['POST', '/api/chat', 'ollama'],
    ['POST', '/prefix/api/generate?x=1', 'ollama'],
    ['POST', '/api/%63hat', 'ollama'],
    ['POST', '/v1/chat/completions', 'openai'],
    ['POST', '/completions', 'openai'],
    ['GET', '/api/chat', undefined],
    ['POST', '/api/show', undefined],
    ['POST', '/v1/embeddings', undefined],
    ['POST', '/api/%', undefined],
  ])('%s %s is in dialect %s', (method, path, dialect) => {
    expect(dialectOf(method, path)).toBe(dialect)
  })
})

describe('a request', () => {
  it.each([
    ['POST', '/api/chat', 'always'],
    ['POST', '/v1/responses', 'always'],
    ['POST', '/v1/messages?beta=true', 'always'],
    ['POST', '/completion', 'always'],
    ['POST', '/v2/not/invented/yet', 'if-named'],
    ['POST', '/api/show', 'about'],
    ['POST', '/api/blobs/sha256-00', 'never'],
    ['POST', '/v1/messages/count_tokens', 'never'],
    ['POST', '/v1/embeddings', 'never'],
    ['GET', '/v1/responses', 'never'],
  ])('%s %s asks a model: %s', (method, path, expected) => {
    expect(asksModel(method, path)).toBe(expected)
  })

  it.each([
    ['/api/embed', true],
    ['/v1/embeddings?x=1', true],
    ['/v1/responses', false],
  ])('for %s asks for the vector of a text: %s', (path, expected) => {
    expect(asksForVectors(path)).toBe(expected)
  })
})

describe('the body of a request', () => {
  it("tells Ollama's model, options and the kind of answer, but nothing of what was written", () => {
    const facts = read('ollama', {
      model: 'qwen3:8b',
      messages: [{ role: 'user', content: 'private' }],
      options: { temperature: 0, seed: 7, num_ctx: 512, stop: ['private'] },
      stream: false,
      think: 'low',
      keep_alive: '5m',
      format: { type: 'object', title: 'private' },
      user: 'private',
    })
    expect(facts.requested_model).toBe('qwen3:8b')
    expect(facts.options).toEqual({
      temperature: 0,
      seed: 7,
      num_ctx: 512,
      stream: false,
      think: 'low',
      keep_alive: '5m',
      format: 'schema',
    })
    expect(JSON.stringify(facts)).not.toContain('private')
  })

  it("tells OpenAI's options, where a field `options` means nothing", () => {
    expect(
      read('openai', {
        model: 'm',
        prompt: 'p',
        max_tokens: 9,
        response_format: { type: 'json_schema' },
        options: { seed: 1 },
      }).options,
    ).toEqual({ max_tokens: 9, response_format: 'json_schema' })
  })

  it('has the sha256 of the prompt, or of the JSON of the messages', () => {
    // printf Hello | sha256sum; printf '[{"role":"user","content":"Hello"}]' | sha256sum
    expect(read('ollama', { model: 'm', prompt: 'Hello' }).prompt_sha256).toBe(
      '185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969',
    )
    expect(read('openai', { messages: [{ role: 'user', content: 'Hello' }] }).prompt_sha256).toBe(
      '79b3a8c372541f14480e9a4c440862c4c5acd309672f21e34a73ae267a3aeaaa',
    )
    expect(read('ollama', { model: 'm' })).not.toHaveProperty('prompt_sha256')
  })

  it('asks for nothing sure where it names two models, which servers read differently', () => {
    expect(read('ollama', { Model: 'a' }).requested_model).toBe('a')
    expect(read('ollama', { model: 'a', MODEL: 'a' }).requested_model).toBe('a')
    expect(read('ollama', { model: 'a', MODEL: 'b' })).not.toHaveProperty('requested_model')
    expect(read('ollama', { model: 7 })).not.toHaveProperty('requested_model')
  })

  it("of a question names its model as Ollama's own clients do, old and new", () => {
    const subject = (body: unknown) => readSubject(Buffer.from(JSON.stringify(body)))
    expect(subject({ model: 'a' })).toBe('a')
    expect(subject({ model: '', name: 'a' })).toBe('a')
    expect(subject({ name: 7 })).toBeUndefined()
    expect(subject([])).toBeUndefined()
  })

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('ollama' as const, 'openai' as const), (bytes, dialect) => {
        expect(readBody(dialect, Buffer.from(bytes)).options).toEqual({})
      }),
    )
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { requested_model } = readBody('ollama', Buffer.from(text))
        expect(['undefined', 'string']).toContain(typeof requested_model)
      }),
    )
  })
})
