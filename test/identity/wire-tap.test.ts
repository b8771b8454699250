import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answerChat, chatBody, chatLines, send, startTap, startUpstream } from './tap-setting.ts'

const json = { 'Content-Type': 'application/json' }
const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 8 })

/** What an HTTP/1.1 server gets, byte by byte: the connection is answered and closed. */
async function startRecorder(answer: string): Promise<{ origin: string; seen: () => string }> {
  const got: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      got.push(chunk)
      if (Buffer.concat(got).includes('\r\n\r\n')) socket.end(answer)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  return { origin: `http://127.0.0.1:${port}`, seen: () => Buffer.concat(got).toString('latin1') }
}

describe('bytes through the wire tap', () => {
  it('are the same in both directions, whatever they are and however they are cut', async () => {
    let answer: readonly Uint8Array[] = []
    let received = Buffer.alloc(0)
    const origin = await startUpstream(async (incoming, response) => {
      const got: Buffer[] = []
      for await (const chunk of incoming) got.push(chunk as Buffer)
      received = Buffer.concat(got)
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
      for (const piece of answer) {
        response.write(piece)
        await new Promise(setImmediate)
      }
      response.end()
    })
    const tap = await startTap(origin)
    const held = await startTap(origin, () => undefined)
    await fc.assert(
      fc.asyncProperty(pieces, pieces, fc.boolean(), fc.boolean(), async (asked, answered, whole, mayFail) => {
        answer = answered
        const body = Buffer.concat(asked)
        const { endpoint } = mayFail ? held : tap
        const got = whole
          ? await send(`${endpoint}/api/chat`, [body], { headers: { 'Content-Length': String(body.length) } })
          : await send(`${endpoint}/api/chat`, asked)
        expect(received.equals(body)).toBe(true)
        expect(got.body.equals(Buffer.concat(answered))).toBe(true)
        expect(got.complete).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it('are the same for bodies that are larger than what is kept of them', async () => {
    const large = Buffer.alloc(40 << 20, 'abcdefghijk')
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    let received = ''
    const origin = await startUpstream(async (incoming, response) => {
      const got: Buffer[] = []
      for await (const chunk of incoming) got.push(chunk as Buffer)
      received = hash(Buffer.concat(got))
      response.writeHead(200, { ...json, 'Content-Length': large.length }).end(large)
    })
    const tap = await startTap(origin)
    const got = await send(`${tap.endpoint}/api/chat`, [large])
    expect(received).toBe(hash(large))
    expect(hash(got.body)).toBe(hash(large))
    expect(tap.exchanges()).toMatchObject([{ status: 200, options: {} }])
    expect(tap.exchanges()[0]?.requested_model).toBeUndefined()
  })

  it('keep their headers but for those of the connection, and Host is the target', async () => {
    const recorder = await startRecorder(
      'HTTP/1.1 418 Short And Stout\r\nX-Twice: 1\r\nx-twice: 2\r\nContent-Length: 2\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\r\nhi',
    )
    const tap = await startTap(`${recorder.origin}/base/`)
    const socket = connect(tap.port, '127.0.0.1')
    socket.write(
      'POST /v1/completions?a=%20 HTTP/1.1\r\nHost: elsewhere\r\nX-CaSe: Kept\r\nAuthorization: Bearer k\r\n' +
        'Connection: keep-alive, X-Private\r\nX-Private: 1\r\nContent-Length: 4\r\n\r\nbody',
    )
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    expect(recorder.seen()).toBe(
      `POST /base/v1/completions?a=%20 HTTP/1.1\r\nHost: ${new URL(recorder.origin).host}\r\nX-CaSe: Kept\r\n` +
        'Authorization: Bearer k\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nbody',
    )
    expect(answer).toBe(
      'HTTP/1.1 418 Short And Stout\r\nX-Twice: 1\r\nx-twice: 2\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    )
  })

  it('come without a body where none was sent, also for methods that usually have one', async () => {
    const recorder = await startRecorder('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')
    const tap = await startTap(recorder.origin)
    const socket = connect(tap.port, '127.0.0.1')
    socket.write('POST /api/show HTTP/1.1\r\nHost: x\r\n\r\n')
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    expect(answer).toMatch(/^HTTP\/1\.1 204 No Content\r\nConnection: close\r\n\r\n$/)
    expect(recorder.seen()).toContain('\r\nContent-Length: 0\r\n')
    expect(recorder.seen()).not.toMatch(/transfer-encoding/i)
  })

  it('are those of a redirect, which is not followed', async () => {
    let asked = 0
    const origin = await startUpstream((_, response) => {
      asked += 1
      response.writeHead(307, { Location: '/elsewhere' }).end()
    })
    const tap = await startTap(origin)
    const got = await send(`${tap.endpoint}/api/chat`, [chatBody()])
    expect(got.status).toBe(307)
    expect(got.rawHeaders).toContain('/elsewhere')
    expect(asked).toBe(1)
    expect(tap.exchanges()).toMatchObject([{ status: 307, outcome: 'failed' }])
  })
})

describe('the wire tap', () => {
  it.each(['HTTP/1.1 099 X', 'HTTP/1.1 200 O\u0001K'])(
    'outlives a server that answers %j, which cannot be passed on',
    async (line) => {
      const server = await startRecorder(`${line}\r\nContent-Length: 2\r\n\r\nok`)
      const tap = await startTap(server.origin)
      const asking = send(`${tap.endpoint}/api/chat`, [Buffer.from(chatBody('m'))])
      await expect(asking).rejects.toThrow()
      expect(tap.exchanges()).toMatchObject([{ outcome: 'failed', requested_model: 'm' }])
    },
  )

  it('outlives a question that is nested too deeply', async () => {
    const origin = await startUpstream(async (incoming, response) => {
      await incoming.resume().toArray()
      response.end('ok')
    })
    const tap = await startTap(origin)
    const depth = 200_000
    const body = `{"model":"m","messages":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect((await send(`${tap.endpoint}/api/chat`, [Buffer.from(body)])).body.toString()).toBe('ok')
    expect(tap.exchanges()).toMatchObject([{ requested_model: 'm', asks_model: true }])
  })

  it('passes each piece on before the next one is there', async () => {
    const steps: (() => void)[] = []
    const origin = await startUpstream((incoming, response) => {
      incoming.resume()
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).flushHeaders()
      for (const line of chatLines) steps.push(() => void response.write(line))
      steps.push(() => void response.end())
    })
    const tap = await startTap(origin)
    const outgoing = request(`${tap.endpoint}/api/chat`, { method: 'POST', agent: false }).end(chatBody())
    // The head comes although no byte of the body was sent.
    const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream]
    expect(tap.exchanges()).toMatchObject([{ status: 200, outcome: 'pending' }])
    for (const line of chatLines) {
      steps.shift()?.()
      const [chunk] = (await once(incoming, 'data')) as [Buffer]
      expect(chunk.toString()).toBe(line)
    }
    expect(tap.exchanges()).toMatchObject([{ outcome: 'pending', response_model: 'tiny:1' }])
    steps.shift()?.()
    await once(incoming.resume(), 'end')
    const [exchange] = tap.exchanges()
    expect(exchange).toMatchObject({ outcome: 'answered', finish: 'stop' })
    expect(exchange?.usage).toEqual({ prompt_tokens: 7, output_tokens: 2 })
    expect(exchange?.first_byte_ms).toBeLessThanOrEqual(exchange?.total_ms ?? -1)
  })

  it('passes the request on while it is still being sent', async () => {
    let first: (chunk: string) => void = () => {}
    const arrived = new Promise<string>((resolve) => {
      first = resolve
    })
    const origin = await startUpstream((incoming, response) => {
      incoming.once('data', (chunk) => first(String(chunk))).once('end', () => response.end('{}'))
    })
    const tap = await startTap(origin)
    const outgoing = request(`${tap.endpoint}/api/chat`, { method: 'POST', agent: false })
    outgoing.write('{"model":')
    expect(await arrived).toBe('{"model":')
    outgoing.end('"tiny:1"}')
    const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream]
    await once(incoming.resume(), 'end')
    expect(tap.exchanges()).toMatchObject([{ requested_model: 'tiny:1' }])
  })

  it('breaks the request to the target when the client leaves', async () => {
    let left: () => void = () => {}
    const gone = new Promise<void>((resolve) => {
      left = resolve
    })
    const origin = await startUpstream((incoming, response) => {
      incoming.resume()
      response.once('close', left)
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).write(chatLines[0])
    })
    const tap = await startTap(origin)
    const outgoing = request(`${tap.endpoint}/api/chat`, { method: 'POST', agent: false }).end(chatBody())
    const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream]
    await once(incoming, 'data')
    outgoing.destroy()
    await gone
    expect(tap.exchanges()).toMatchObject([{ outcome: 'cut', requested_model: 'tiny:1', response_model: 'tiny:1' }])
  })

  it('takes an answer for answered when the client leaves after its end mark', async () => {
    const origin = await startUpstream((incoming, response) => {
      incoming.resume()
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('data: {"model":"tiny:1","choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n')
      response.write('data: [DONE]\n\n')
    })
    const tap = await startTap(origin)
    const outgoing = request(`${tap.endpoint}/v1/chat/completions`, { method: 'POST', agent: false }).end(chatBody())
    const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream]
    let text = ''
    incoming.on('data', (chunk) => {
      text += chunk
    })
    await expect.poll(() => text).toContain('[DONE]')
    expect(tap.exchanges()).toMatchObject([{ outcome: 'pending' }])
    outgoing.destroy()
    await expect.poll(() => tap.exchanges()).toMatchObject([{ outcome: 'answered', finish: 'stop' }])
  })

  it.each([
    ['chunks', { 'Content-Type': 'application/x-ndjson' }],
    ['a length', { ...json, 'Content-Length': '1000' }],
  ])('breaks the connection when the target breaks an answer in %s, after what had come', async (_, headers) => {
    const origin = await startUpstream((incoming, response) => {
      incoming.resume()
      response.writeHead(200, headers)
      response.write(chatLines[0], () => setTimeout(() => incoming.socket.resetAndDestroy(), 20))
    })
    const tap = await startTap(origin)
    const got = await send(`${tap.endpoint}/api/chat`, [chatBody()])
    expect(got.complete).toBe(false)
    expect(got.body.toString()).toBe(chatLines[0])
    expect(tap.exchanges()).toMatchObject([{ outcome: 'cut', status: 200 }])
  })

  it('breaks the connection when the target does before it answers, or is not there', async () => {
    const origin = await startUpstream((incoming) => incoming.socket.destroy())
    const tap = await startTap(origin)
    await expect(send(`${tap.endpoint}/api/chat`, [chatBody()])).rejects.toThrow(/hang up|ECONNRESET/)
    const unheard = createServer().listen(0, '127.0.0.1')
    await once(unheard, 'listening')
    const { port } = unheard.address() as { port: number }
    unheard.close()
    await once(unheard, 'close')
    const nowhere = await startTap(`http://127.0.0.1:${port}`)
    await expect(send(`${nowhere.endpoint}/api/chat`, [chatBody()])).rejects.toThrow(/hang up|ECONNRESET/)
    await expect.poll(() => tap.exchanges()).toMatchObject([{ outcome: 'cut', requested_model: 'tiny:1' }])
    expect(tap.exchanges()[0]).not.toHaveProperty('status')
    expect(nowhere.exchanges()).toMatchObject([{ outcome: 'failed' }])
  })

  it('closes an idle connection when the target closes its own, as a client would see without it', async () => {
    const origin = await startUpstream((incoming, response) => {
      incoming.resume().once('end', () => response.end('{}'))
      response.once('finish', () => setTimeout(() => incoming.socket.destroySoon(), 50))
    })
    const tap = await startTap(origin)
    const socket = connect(tap.port, '127.0.0.1')
    socket.write('GET /api/tags HTTP/1.1\r\nHost: x\r\n\r\n')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    await once(socket, 'end')
    expect(answer).toContain('{}')
    expect(answer).not.toMatch(/connection: close/i)
  })

  it('keeps concurrent exchanges apart, over connections that are used again', async () => {
    const origin = await startUpstream(async (incoming, response) => {
      const got: Buffer[] = []
      for await (const chunk of incoming) got.push(chunk as Buffer)
      const { model } = JSON.parse(Buffer.concat(got).toString()) as { model: string }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
      response.writeHead(200, json).end(JSON.stringify({ model, done: true, eval_count: Number(model) }))
    })
    const tap = await startTap(origin)
    const models = Array.from({ length: 60 }, (_, index) => String(index))
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(
        models.map(async (model) => {
          const response = await fetch(`${tap.endpoint}/api/chat`, { method: 'POST', body: chatBody(model) })
          return ((await response.json()) as { model: string }).model
        }),
      )
      expect(answers).toEqual(models)
    }
    const exchanges = tap.exchanges()
    expect(exchanges.map(({ number }) => number)).toEqual(Array.from({ length: 180 }, (_, index) => index + 1))
    for (const { requested_model, response_model, usage, outcome } of exchanges) {
      expect(response_model).toBe(requested_model)
      expect(usage.output_tokens).toBe(Number(requested_model))
      expect(outcome).toBe('answered')
    }
    expect(new Set(exchanges.map(({ client_port }) => client_port)).size).toBeLessThan(180)
  })

  it('notes error answers and what a gateway says about itself, but no prices, keys or credentials', async () => {
    const base = 'x-litellm-model-api-base'
    const gateway = {
      'x-litellm-model-id': 'cloud-1',
      'x-litellm-key-spend': '12.5',
      [base]: 'https://user:password@cloud.example/v1?key=secret',
    }
    const origin = await startUpstream((incoming, response) => {
      incoming.resume()
      if (incoming.url === '/api/chat') response.writeHead(404, json).end('{"error":"model \'no\' not found"}')
      else response.writeHead(200, { ...json, ...gateway }).end('{"model":"m","choices":[]}')
    })
    const tap = await startTap(origin)
    expect((await send(`${tap.endpoint}/api/chat`, [chatBody('no')])).body.toString()).toContain('not found')
    await send(`${tap.endpoint}/v1/chat/completions`, [chatBody('m')])
    await send(`${tap.endpoint}/api/tags`, [], { method: 'GET' })
    expect(tap.exchanges()).toMatchObject([
      { status: 404, outcome: 'failed', requested_model: 'no' },
      { status: 200, outcome: 'answered' },
      { status: 200, outcome: 'answered', path: '/api/tags', method: 'GET' },
    ])
    expect(tap.exchanges()[1]?.gateway).toEqual({
      'x-litellm-model-id': 'cloud-1',
      [base]: 'https://cloud.example/v1',
    })
    expect(tap.exchanges()[2]).not.toHaveProperty('requested_model')
  })

  it('stops listening and breaks what goes on when it is closed', async () => {
    const origin = await startUpstream((incoming) => void incoming.resume())
    const tap = await startTap(origin)
    const waiting = send(`${tap.endpoint}/api/chat`, [chatBody()])
    const broken = expect(waiting).rejects.toThrow(/hang up|ECONNRESET/)
    await expect.poll(() => tap.exchanges()).toHaveLength(1)
    await tap.close()
    await broken
    await expect(fetch(tap.endpoint)).rejects.toThrow()
  })

  it('refuses a target that it cannot speak to', async () => {
    await expect(startTap('ftp://127.0.0.1')).rejects.toThrow('http and https only, not to ftp:')
  })

  it('listens on loopback only', async () => {
    const tap = await startTap(await startUpstream(answerChat))
    expect(tap.endpoint).toBe(`http://127.0.0.1:${tap.port}`)
    const socket = connect(tap.port, '127.0.0.2')
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED')
  })
})
