import { describe, expect, it } from 'vitest'
import type { Fault, TappedRequest } from '../../src/identity/wire-tap.ts'
import { answerChat, chatBody, chatLines, send, startTap, startUpstream } from './tap-setting.ts'

const events = [
  'data: {"model":"tiny:1","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n',
  'data: {"model":"tiny:1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":1}}\n\n',
  'data: [DONE]\n\n',
]

/** A server in three dialects that counts, behind a tap that injects one fault into everything. */
async function startFaulty(fault: Fault) {
  let asked = 0
  const origin = await startUpstream((incoming, response) => {
    asked += 1
    if (incoming.url === '/api/chat') return answerChat(incoming, response)
    incoming.resume()
    if (incoming.url === '/api/generate') {
      const text = '{"model":"tiny:1","response":"Hi","done":true,"done_reason":"stop"}'
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length }).end(text)
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    for (const event of events) response.write(event)
    response.end()
  })
  const tap = await startTap(origin, () => fault)
  const ask = (path: string) => send(`${tap.endpoint}${path}`, [chatBody()])
  return { tap, ask, asked: () => asked }
}

describe('a fault that the wire tap injects', () => {
  it('is chosen by what was asked, once the whole body is there', async () => {
    const seen: TappedRequest[] = []
    const tap = await startTap(await startUpstream(answerChat), (request) => {
      seen.push(request)
      return request.requested_model === 'bad:1' ? { name: 'status', status: 503 } : undefined
    })
    const body = chatBody('bad:1', { options: { seed: 7 } })
    const bad = await send(`${tap.endpoint}/api/chat`, [body.subarray(0, 9), body.subarray(9)])
    const good = await send(`${tap.endpoint}/api/chat`, [chatBody()])
    expect(seen).toMatchObject([{ requested_model: 'bad:1', options: { seed: 7 } }, { requested_model: 'tiny:1' }])
    expect([bad.status, good.status]).toEqual([503, 200])
    expect(good.body.toString()).toBe(chatLines.join(''))
    expect(tap.exchanges()).toMatchObject([{ injected: 'status', outcome: 'failed' }, { outcome: 'answered' }])
    expect(tap.exchanges()[1]).not.toHaveProperty('injected')
  })

  it('refuse resets the connection, and the target is not asked', async () => {
    const { tap, ask, asked } = await startFaulty({ name: 'refuse' })
    await expect(ask('/api/chat')).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(asked()).toBe(0)
    expect(tap.exchanges()).toMatchObject([{ injected: 'refuse', outcome: 'failed', requested_model: 'tiny:1' }])
  })

  it("status answers in the target's place, in its dialect or with the given body and headers", async () => {
    const plain = await startFaulty({ name: 'status', status: 429 })
    expect(JSON.parse((await plain.ask('/api/chat')).body.toString()).error).toMatch('429')
    expect(JSON.parse((await plain.ask('/v1/chat/completions')).body.toString()).error.message).toMatch('429')
    expect(plain.asked()).toBe(0)
    const given = await startFaulty({ name: 'status', status: 503, body: 'busy', headers: { 'Retry-After': '2' } })
    const answer = await given.ask('/api/chat')
    expect(answer).toMatchObject({ status: 503, complete: true, body: Buffer.from('busy') })
    expect(answer.rawHeaders.join('\n')).toContain('Retry-After\n2')
  })

  it('hang answers nothing until the client leaves', async () => {
    const { tap, asked } = await startFaulty({ name: 'hang' })
    const leaving = new AbortController()
    const { signal } = leaving
    const asking = fetch(`${tap.endpoint}/api/chat`, { method: 'POST', body: chatBody(), signal })
    const broken = expect(asking).rejects.toThrow()
    await expect.poll(() => tap.exchanges()).toMatchObject([{ injected: 'hang', outcome: 'pending' }])
    await new Promise((resolve) => setTimeout(resolve, 100))
    leaving.abort()
    await broken
    expect(asked()).toBe(0)
    await expect.poll(() => tap.exchanges()).toMatchObject([{ injected: 'hang', outcome: 'cut' }])
    expect(tap.exchanges()[0]?.total_ms).toBeGreaterThan(99)
  })

  it.each([0, 10, 100_000])('cut breaks the connection after %i bytes, or at the end', async (after_bytes) => {
    const { tap, ask } = await startFaulty({ name: 'cut', after_bytes })
    for (const [path, text] of [
      ['/api/chat', chatLines.join('')],
      ['/v1/chat/completions', events.join('')],
    ] as const) {
      const answer = await ask(path)
      expect(answer.complete).toBe(false)
      expect(answer.body.toString()).toBe(text.slice(0, after_bytes))
    }
    expect(tap.exchanges().map(({ outcome }) => outcome)).toEqual(['cut', 'cut'])
  })

  it('cut does not wait for the rest of the answer', async () => {
    const origin = await startUpstream((incoming, response) => {
      incoming.resume()
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).write(chatLines[0])
    })
    const tap = await startTap(origin, () => ({ name: 'cut', after_bytes: 5 }))
    const answer = await send(`${tap.endpoint}/api/chat`, [chatBody()])
    expect(answer.body.toString()).toBe(chatLines[0].slice(0, 5))
  })

  it('malformed-json leaves half of every document', async () => {
    const { tap, ask } = await startFaulty({ name: 'malformed-json' })
    const lines = (await ask('/api/chat')).body.toString().trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(() => JSON.parse(line)).toThrow(SyntaxError)
    const whole = await ask('/api/generate')
    expect(whole.complete).toBe(true)
    expect(() => JSON.parse(whole.body.toString())).toThrow(SyntaxError)
    expect((await ask('/v1/chat/completions')).body.toString()).toMatch(/^data: \{"model":"tiny:1","cho.*\n\ndata: /)
    expect(tap.exchanges().map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed'])
  })

  it.each(['/api/chat', '/api/generate', '/v1/chat/completions'])(
    'wrong-model renames the model in %s',
    async (path) => {
      const { tap, ask } = await startFaulty({ name: 'wrong-model', model: 'other:9' })
      const text = (await ask(path)).body.toString()
      expect(text).not.toContain('tiny:1')
      expect(text).toMatch(/Hi/)
      expect(tap.exchanges()).toMatchObject([
        { requested_model: 'tiny:1', response_model: 'other:9', finish: 'stop', outcome: 'answered' },
      ])
    },
  )

  it.each(['/api/chat', '/api/generate', '/v1/chat/completions'])(
    'empty-answer takes the text out of %s',
    async (path) => {
      const { tap, ask } = await startFaulty({ name: 'empty-answer' })
      const text = (await ask(path)).body.toString()
      expect(text).not.toMatch(/Hi|there/)
      expect(text).toContain('"assistant"'.repeat(Number(path === '/api/chat')))
      expect(tap.exchanges()).toMatchObject([{ response_model: 'tiny:1', finish: 'stop', outcome: 'answered' }])
    },
  )

  it('slow-first-token holds the first byte back and changes none', async () => {
    const { tap, ask } = await startFaulty({ name: 'slow-first-token', delay_ms: 200 })
    const answer = await ask('/api/chat')
    expect(answer.body.toString()).toBe(chatLines.join(''))
    expect(tap.exchanges()[0]?.first_byte_ms).toBeGreaterThanOrEqual(199)
    expect(tap.exchanges()).toMatchObject([{ injected: 'slow-first-token', outcome: 'answered' }])
  })
})
