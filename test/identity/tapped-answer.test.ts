import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnswerFormat, answerFormat, answerReader } from '../../src/identity/tapped-answer.ts'

function read(format: AnswerFormat, text: string, complete = true) {
  const reader = answerReader(format)
  reader.read(Buffer.from(text))
  return reader.facts(complete)
}
const line = (more: object) => `${JSON.stringify({ model: 'm', ...more })}\n`
const last = { done: true, done_reason: 'length', prompt_eval_count: 5, eval_count: 3 }
const chunk = (more: object) => `data: ${JSON.stringify({ model: 'm', ...more })}\n\n`

describe('an answer that passes by', () => {
  it('is read by its content type', () => {
    expect(answerFormat('text/event-stream; charset=utf-8')).toBe('events')
    expect(answerFormat('application/x-ndjson')).toBe('ndjson')
    expect(answerFormat('application/json; charset=utf-8')).toBe('json')
    expect(answerFormat(undefined)).toBe('json')
  })

  it("tells Ollama's model, counts and reason, streamed and whole", () => {
    const facts = {
      response_model: 'm',
      finish: 'length',
      usage: { prompt_tokens: 5, output_tokens: 3 },
      end: 'marked',
    }
    expect(read('ndjson', line({ done: false }) + line(last))).toEqual(facts)
    expect(read('json', line(last))).toEqual(facts)
  })

  it("tells OpenAI's, streamed with its end mark and whole", () => {
    const stop = { choices: [{ delta: {}, finish_reason: 'stop' }] }
    const usage = { choices: [], usage: { prompt_tokens: 5, completion_tokens: 3 } }
    const facts = { response_model: 'm', finish: 'stop', usage: { prompt_tokens: 5, output_tokens: 3 }, end: 'marked' }
    expect(read('events', `: comment\r\n\r\n${chunk(stop)}${chunk(usage)}data: [DONE]\n\n`)).toEqual(facts)
    expect(read('json', JSON.stringify({ model: 'm', ...usage, ...stop }))).toEqual(facts)
  })

  it('leaves counts that were not sent absent', () => {
    expect(read('ndjson', line({ done: true }))).toEqual({ response_model: 'm', usage: {}, end: 'marked' })
  })

  it('is not marked as whole without its end mark', () => {
    expect(read('ndjson', line({ done: false })).end).toBe('unmarked')
    expect(read('events', chunk({ choices: [{ finish_reason: 'stop' }] })).end).toBe('unmarked')
    expect(read('json', '', true).end).toBe('unmarked')
  })

  it.each([
    ['ndjson', '{"error":"unexpected EOF"}\n'],
    ['ndjson', '{"model":"m","do\n'],
    ['events', 'data: {"error":{"message":"gone"}}\n\n'],
    ['events', 'error: {"code":500}\n\n'],
    ['events', 'data: {"cho\n\n'],
    ['json', '{"model":"m"'],
    ['json', '{"error":"no"}'],
    ['json', '[]'],
  ] as const)('in %s holds an error: %s', (format, text) => {
    expect(read(format, text).end).toBe('error')
  })

  it('names all models where several are named', () => {
    expect(read('ndjson', line({ done: false }) + line({ model: 'other' })).response_model).toBe('m, other')
  })

  it('is not judged where a document is too long to be kept', () => {
    expect(read('json', `"${'x'.repeat(2 << 20)}`).end).toBe('unreadable')
  })

  it('tells the same however it is cut into pieces', () => {
    const texts = {
      ndjson: line({ message: { content: 'größe 🙂' }, done: false }) + line(last),
      events: `${chunk({ choices: [{ delta: { content: '🙂' } }] })}data: [DONE]\n\n`,
      json: line({ message: { content: '🙂' }, ...last }),
    }
    fc.assert(
      fc.property(
        fc.constantFrom('ndjson' as const, 'events' as const, 'json' as const),
        fc.array(fc.nat(200), { maxLength: 20 }),
        (format, cuts) => {
          const bytes = Buffer.from(texts[format])
          const reader = answerReader(format)
          const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
          for (const [index, from] of places.entries()) reader.read(bytes.subarray(from, places[index + 1] ?? from))
          expect(reader.facts(true)).toEqual(read(format, texts[format]))
          expect(reader.facts(true).end).toBe('marked')
        },
      ),
    )
  })
})
