import { afterEach, expect, onTestFinished, test } from 'vitest'
import { startWireTap } from '../../src/identity/wire-tap.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { startOllama } from './runtimes/ollama-server.ts'
import type { WatchedServer } from './runtimes/watched-server.ts'

let servers: WatchedServer[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  servers = []
})
const minute = { timeout: 60_000 }
const messages = [{ role: 'user', content: 'Name three colours.' }]

async function tapOf(server: WatchedServer) {
  servers.push(server)
  const tap = await startWireTap({ target: server.endpoint })
  onTestFinished(() => tap.close())
  return tap
}

async function ask(url: string, body: object): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return await response.text()
}

/** An answer without what is another one at each time: ids, times, durations. */
function lasting(text: string): string {
  return text
    .replace(/"(id|created|created_at|[a-z_]*(duration|_ms|_per_second|_n))":("[^"]*"|[\d.]+)/g, '"$1":0')
    .replace(/"timings":\{[^}]*\}/g, '"timings":{}')
    .replace(/"cached_tokens":\d+/g, '"cached_tokens":0')
}

describeReal(['llamaServer', 'weights'], 'the wire tap before a real llama-server', () => {
  test('gives the answers that the server gives, and notes them', minute, async () => {
    const server = await startLlamaServer({ alias: 'tiny', context: 1024 })
    const tap = await tapOf(server)
    const plain = { model: 'any', messages, max_tokens: 12, temperature: 0, seed: 7 }
    const streamed = { ...plain, stream: true, stream_options: { include_usage: true } }
    const path = '/v1/chat/completions'
    for (const body of [plain, streamed])
      expect(lasting(await ask(tap.endpoint + path, body))).toBe(lasting(await ask(server.endpoint + path, body)))
    await tap.settled()
    const noted = {
      outcome: 'answered',
      status: 200,
      requested_model: 'any',
      response_model: 'tiny',
      finish: 'length',
      usage: { output_tokens: 12, prompt_tokens: expect.any(Number) },
      client: { pid: process.pid },
    }
    expect(tap.exchanges()).toMatchObject([
      { ...noted, options: { max_tokens: 12, temperature: 0, seed: 7 } },
      { ...noted, options: { max_tokens: 12, temperature: 0, seed: 7, stream: true } },
    ])
  })

  test('notes that the server was killed while it answered', minute, async () => {
    const server = await startLlamaServer({ alias: 'tiny', context: 1024 })
    const tap = await tapOf(server)
    const body = { model: 'any', messages, stream: true, max_tokens: 800, ignore_eos: true }
    const response = await fetch(`${tap.endpoint}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
    const reader = response.body?.getReader()
    await reader?.read()
    process.kill(server.pid, 'SIGKILL')
    await expect(
      (async () => {
        while (!(await reader?.read())?.done);
      })(),
    ).rejects.toThrow()
    expect(tap.exchanges()).toMatchObject([{ outcome: 'cut', status: 200, response_model: 'tiny' }])
  })
})

describeReal(['ollama', 'weights'], 'the wire tap before a real Ollama', () => {
  test('gives the answers that the server gives, and notes them', minute, async () => {
    const server = await startOllama()
    const tap = await tapOf(server)
    await server.create('smollm2:135m')
    const options = { num_predict: 12, temperature: 0, seed: 7, num_ctx: 512 }
    const paths = {
      '/api/chat': { messages, options },
      '/api/generate': { prompt: 'Name three colours.', options, stream: false },
      '/v1/chat/completions': {
        messages,
        max_tokens: 12,
        temperature: 0,
        seed: 7,
        stream: true,
        stream_options: { include_usage: true },
      },
    }
    for (const [path, body] of Object.entries(paths)) {
      const asked = { model: 'smollm2:135m', ...body }
      // The first answer loads the model, which the second doesn't; that one is thrown away.
      await ask(server.endpoint + path, asked)
      expect(lasting(await ask(tap.endpoint + path, asked))).toBe(lasting(await ask(server.endpoint + path, asked)))
    }
    expect(await ask(`${tap.endpoint}/api/chat`, { model: 'nope:1b', messages })).toContain("model 'nope:1b' not found")
    const noted = {
      outcome: 'answered',
      requested_model: 'smollm2:135m',
      response_model: 'smollm2:135m',
      finish: 'length',
      usage: { output_tokens: 12, prompt_tokens: expect.any(Number) },
    }
    expect(tap.exchanges()).toMatchObject([
      { ...noted, options },
      { ...noted, options: { ...options, stream: false } },
      { ...noted, options: { max_tokens: 12, seed: 7, stream: true } },
      { outcome: 'failed', status: 404, requested_model: 'nope:1b' },
    ])
  })
})
