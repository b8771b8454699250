import { describe, expect, it } from 'vitest'
import { bearsThinking, jsonOf, readAnswer } from '../../src/probes/capability-answer.ts'
import type { RawAnswer } from '../../src/runtimes/raw-exchange.ts'

/** Captured from llama-server v0.4.0 and Ollama 0.31.0, and shortened. */
const place = { server: 'server', endpoint: '/v1' }
const raw = (...texts: readonly string[]): RawAnswer => ({
  content_type: 'application/json',
  reads: texts.map((text, index) => ({ text, at_ms: index })),
  total_ms: texts.length,
})
const read = (...texts: readonly string[]) => readAnswer(raw(...texts), place)

describe('answers of every endpoint', () => {
  it('are read from OpenAI-like chat completions', () => {
    expect(
      read(
        '{"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"{}","reasoning_content":"hm"}}],"usage":{"completion_tokens":23,"prompt_tokens":33,"total_tokens":56}}',
      ),
    ).toEqual({
      content: '{}',
      thinking: 'hm',
      finish_reason: 'stop',
      usage: { prompt_tokens: 33, output_tokens: 23 },
      chunks: 1,
      arrivals: 1,
    })
  })

  it('are read from their streams, and pieces that came in one read are one arrival', () => {
    const stream = [
      'data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}]}\n\n',
      'data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"He"}}]}\n\ndata: {"choices":[{"index":0,"delta":{"cont',
      'ent":"llo"}}]}\n\n: still at work\n\n',
      'data: {"choices":[{"finish_reason":"length","index":0,"delta":{}}]}\n\n',
      'data: {"choices":[],"usage":{"completion_tokens":2,"prompt_tokens":33}}\n\ndata: [DONE]\n\n',
    ]
    const expected = {
      content: 'Hello',
      thinking: '',
      finish_reason: 'length',
      usage: { prompt_tokens: 33, output_tokens: 2 },
    }
    expect(read(...stream)).toEqual({ ...expected, chunks: 2, arrivals: 2 })
    expect(read(stream.join(''))).toEqual({ ...expected, chunks: 2, arrivals: 1 })
  })

  it("are read from Ollama's own endpoints, streamed and not", () => {
    expect(
      read(
        '{"model":"s:1","message":{"role":"assistant","content":"","thinking":"I"},"done":false}\n',
        '{"model":"s:1","message":{"role":"assistant","content":"Hello"},"done":false}\n',
        '{"model":"s:1","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":12,"eval_count":20}\n',
      ),
    ).toEqual({
      content: 'Hello',
      thinking: 'I',
      finish_reason: 'stop',
      usage: { prompt_tokens: 12, output_tokens: 20 },
      chunks: 2,
      arrivals: 2,
    })
    expect(
      read(
        '{"model":"s:1","response":"Hello","done":true,"done_reason":"length","prompt_eval_count":12,"eval_count":8}',
      ),
    ).toMatchObject({ content: 'Hello', finish_reason: 'length', usage: { output_tokens: 8 } })
  })

  it("are read from llama-server's own completion and from its /v1/completions", () => {
    expect(
      read(
        'data: {"index":0,"content":"z","tokens":[106],"stop":false,"tokens_predicted":1,"tokens_evaluated":3}\n\n',
        'data: {"index":0,"content":"","stop":true,"tokens_predicted":5,"tokens_evaluated":3,"stop_type":"limit"}\n\n\n',
      ),
    ).toMatchObject({ content: 'z', finish_reason: 'limit', usage: { prompt_tokens: 3, output_tokens: 5 } })
    expect(
      read(
        '{"choices":[{"text":"Hi","index":0,"finish_reason":"length"}],"usage":{"completion_tokens":12,"prompt_tokens":3}}',
      ),
    ).toMatchObject({ content: 'Hi', finish_reason: 'length' })
  })

  it('that hold an error, or are none of these, are failures', () => {
    expect(() => read('data: {"error":{"message":"unexpected EOF"}}\n\n')).toThrow(
      /the process that held the weights ended/,
    )
    expect(() => read('{"message":{"content":"a"}}\n{"error":"it broke"}\n')).toThrow(/it broke/)
    expect(() => read('<html>')).toThrow(/neither JSON nor lines of it/)
  })

  it('that came with nothing have no text', () => {
    expect(read()).toEqual({ content: '', thinking: '', usage: {}, chunks: 0, arrivals: 0 })
  })
})

describe('the content', () => {
  it('is JSON, begins as JSON, or is none', () => {
    const json = (content: string, finish_reason = 'length') => jsonOf({ content, finish_reason })
    expect(json('{\n "a": 1}')).toBe('object')
    expect(json('"a"')).toBe('other')
    expect(json('{\n  "Hello, I\'m here to help')).toBe('begun')
    expect(json('{')).toBe('begun')
    expect(json('{\n  "Hello, I\'m here', 'stop')).toBe('not-json')
    expect(json('{ hello }')).toBe('not-json')
    expect(json('Hello!')).toBe('not-json')
    expect(json(' \n')).toBe('empty')
  })

  it('bears marks of thinking where a template leaves them in', () => {
    for (const text of ['<think>Okay', 'so.</think>\nHello', '<|channel|>analysis', '[THINK]hm'])
      expect(bearsThinking(text)).toBe(true)
    expect(bearsThinking('I think so')).toBe(false)
  })
})
