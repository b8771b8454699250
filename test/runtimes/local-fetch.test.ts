import { describe, expect, test } from 'vitest'
import { localFetch } from '../../src/runtimes/local-fetch.ts'
import { transportCode } from '../../src/runtimes/transport-failure.ts'
import { bodyOf, close, event, eventStream, serve } from './loopback-server.ts'

describe('fetch for servers on the premises', () => {
  test('sends method, headers and text, and gives status, headers and body, as fetch does', async () => {
    const { endpoint } = await serve(async (request, response) => {
      const told = { method: request.method, type: request.headers['content-type'], body: await bodyOf(request) }
      response.writeHead(418, { 'content-type': 'application/json', 'x-seen': ['one', 'two'] })
      response.end(JSON.stringify(told))
    })
    const ways = [globalThis.fetch, localFetch].map(async (fetch) => {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: new Headers({ 'content-type': 'application/json' }),
        body: '{"ä":1}',
      })
      return { status: response.status, seen: response.headers.get('x-seen'), told: await response.json() }
    })
    const [usual, local] = await Promise.all(ways)
    expect(local).toEqual(usual)
    expect(local?.told).toEqual({ method: 'POST', type: 'application/json', body: { ä: 1 } })
  })

  test('gives an answer without a body, and does not follow a redirect', async () => {
    const { endpoint } = await serve((request, response) => {
      response.writeHead(request.url === '/v1/none' ? 204 : 302, { location: 'http://192.0.2.1/' }).end()
    })
    expect((await localFetch(`${endpoint}/none`)).status).toBe(204)
    expect((await localFetch(endpoint)).status).toBe(302)
  })

  test('keeps its connection, but not after an event stream of cpp-httplib, which closes that one without a word', async () => {
    const ports = new Set<number | undefined>()
    const { endpoint } = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      if (request.url !== '/v1/streamed') return response.end('{}')
      const isCppHttplib = request.headers.accept === 'cpp-httplib'
      if (isCppHttplib) response.setHeader('keep-alive', 'timeout=5, max=100').once('close', () => request.socket.end())
      response.writeHead(200, eventStream).end(event('[DONE]'))
    })
    const ask = async (accept: string): Promise<void> => {
      const reader = (await localFetch(`${endpoint}/streamed`, { headers: { accept } })).body?.getReader()
      await reader?.read()
      await reader?.cancel()
      await (await localFetch(endpoint)).text()
    }
    for (let asked = 0; asked < 20; asked += 1) await ask('another server')
    expect(ports.size).toBe(1)
    for (let asked = 0; asked < 20; asked += 1) await ask('cpp-httplib')
    expect(ports.size).toBe(21)
  })

  test('ends the connection of an answer that nobody reads any more before its end', async () => {
    const ended = Promise.withResolvers<void>()
    const { endpoint } = await serve((request, response) => {
      request.socket.once('close', () => ended.resolve())
      response.writeHead(200, eventStream)
      response.write(event('one'))
    })
    await (await localFetch(endpoint)).body?.cancel()
    await ended.promise
  })

  test('tells a connection that was refused, and one that broke before or within the answer', async () => {
    const { endpoint, server } = await serve((request, response) => {
      if (request.url === '/v1/before') return request.socket.destroy()
      response.writeHead(200, eventStream)
      response.write(event('one'))
      setTimeout(() => request.socket.destroy(), 20)
    })
    const codeOf = (work: Promise<unknown>): Promise<string | undefined> => work.then(() => 'none', transportCode)
    expect(await codeOf(localFetch(`${endpoint}/before`))).toBe('ECONNRESET')
    const cut = await localFetch(endpoint)
    expect(await codeOf(cut.text())).toBe('ECONNRESET')
    close(server)
    expect(await codeOf(localFetch(endpoint))).toBe('ECONNREFUSED')
  })

  test('gives up where its signal says so, before, while and after it waits for headers', async () => {
    const { endpoint } = await serve((request, response) => {
      if (request.url !== '/v1/streamed') return
      response.writeHead(200, eventStream)
      response.write(event('one'))
    })
    const before = AbortSignal.abort()
    await expect(localFetch(endpoint, { signal: before })).rejects.toThrow(/abort/i)
    const meanwhile = AbortSignal.timeout(20)
    await expect(localFetch(endpoint, { signal: meanwhile })).rejects.toThrow(/abort/i)
    const afterwards = new AbortController()
    const response = await localFetch(`${endpoint}/streamed`, { signal: afterwards.signal })
    setTimeout(() => afterwards.abort(), 20)
    await expect(response.text()).rejects.toThrow()
  })
})
