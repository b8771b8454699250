import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listeningProcess } from '../../src/machine/listening-process.ts'
import { createLlamaServerRuntime } from '../../src/runtimes/llama-server.ts'
import type { ChatRequest, Runtime } from '../../src/runtimes/runtime.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { freePort } from './runtimes/free-port.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { preparedPath } from './runtimes/prepared-runtimes.ts'
import { startWatchedServer, type WatchedServer } from './runtimes/watched-server.ts'

const alias = 'smollm2:135m'
const call = { deadline_ms: 120_000 }
const context = 1024
/** Twice this many output tokens take longer than any test waits. */
const long = 900

const runtimeOf = (endpoint: string): Runtime => {
  const { hostname, port } = new URL(endpoint)
  return createLlamaServerRuntime({ endpoint, findServer: () => listeningProcess(hostname, Number(port)) })
}
const question = (changes: Partial<ChatRequest> = {}): ChatRequest => ({
  tag: alias,
  messages: [{ role: 'user', content: 'Name three colours and say where one sees each of them.' }],
  temperature: 0,
  seed: 1,
  max_output_tokens: 16,
  think: false,
  prefix_cache: false,
  ...changes,
})
const longQuestion = question({
  messages: [{ role: 'user', content: 'Tell a long story about a lighthouse, with many chapters.' }],
  max_output_tokens: long,
})

describeReal(['llamaServer', 'weights'], 'a real llama-server', () => {
  let server: WatchedServer
  let runtime: Runtime
  const slotIsBusy = async () => {
    const slots = (await (await fetch(`${server.endpoint}/slots`)).json()) as { is_processing: boolean }[]
    return slots.some((slot) => slot.is_processing)
  }
  const timingsInLog = () => [
    ...server.log().matchAll(/prompt eval time = +([\d.]+) ms \/ +(\d+) tokens.*\n.* eval time = +([\d.]+) ms/g),
  ]
  const metrics = async () => {
    const text = await (await fetch(`${server.endpoint}/metrics`)).text()
    return (name: string) => Number(new RegExp(`^llamacpp:${name} (\\S+)$`, 'm').exec(text)?.[1])
  }

  beforeAll(async () => {
    server = await startLlamaServer({ alias, context })
    runtime = runtimeOf(server.endpoint)
  }, 90_000)
  afterAll(() => server.stop())

  it('is ready, lists its one model and describes it with file, sizes and process', async () => {
    expect(await runtime.health(call)).toEqual({ state: 'ready', version: expect.stringMatching(/^b\d+-[0-9a-f]+$/) })
    expect(await runtime.list(call)).toMatchObject([{ tag: alias, size_bytes: 96_576_768, loaded: true }])
    expect(await runtime.load({ tag: alias }, call)).toMatchObject({ loaded_now: false, unused: true })
    expect(await runtime.describe(alias, call)).toEqual({
      tag: alias,
      weights_files: [preparedPath('weights')],
      load_id: expect.stringContaining(String(server.pid)),
      parameters: '134515008',
      quantization: 'Q4_1',
      context_trained: 8192,
      context_in_force: context,
      template_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      loaded_bytes: 96_576_768,
      serving_pid: server.pid,
      server_build: expect.stringMatching(/^b\d+-[0-9a-f]+$/),
    })
  })

  it('answers any name and is described truthfully', async () => {
    const answer = await runtime.chat(question({ tag: 'llama3:70b' }), call)
    expect(answer.response_model).toBe(alias)
    expect(await runtime.load({ tag: alias }, call)).toMatchObject({ loaded_now: false, unused: false })
    expect(await runtime.describe('llama3:70b', call)).toEqual(await runtime.describe(alias, call))
  })

  it('counts and times as its own log and metrics do', async () => {
    const before = await metrics()
    const timingsBefore = timingsInLog().length
    const { usage, server_timings, wire, text, finish_reason } = await runtime.chat(question(), call)
    const after = await metrics()
    expect(text).not.toBe('')
    expect(finish_reason).toBe('length')
    expect(usage.output_tokens).toBe(16)
    expect(after('tokens_predicted_total') - before('tokens_predicted_total')).toBe(usage.output_tokens)
    expect(after('prompt_tokens_total') - before('prompt_tokens_total')).toBe(usage.prompt_tokens)
    await expect.poll(timingsInLog, { timeout: 5_000 }).toHaveLength(timingsBefore + 1)
    const [, prompt_ms, prompt_n, generation_ms] = timingsInLog().at(-1) ?? []
    expect(server_timings.prompt_ms).toBeCloseTo(Number(prompt_ms), 1)
    expect(Number(prompt_n)).toBe(usage.prompt_tokens)
    expect(server_timings.generation_ms).toBeCloseTo(Number(generation_ms), 1)
    expect((server_timings.prompt_ms ?? 0) + (server_timings.generation_ms ?? 0)).toBeLessThan(wire.total_ms + 20)
    expect(wire.chunk_ms).toHaveLength(16)
  })

  it('answers within a schema', async () => {
    const schema = {
      type: 'object',
      properties: { colour: { enum: ['red', 'green', 'blue'] }, count: { type: 'integer', minimum: 0, maximum: 9 } },
      required: ['colour', 'count'],
      additionalProperties: false,
    }
    const { text, finish_reason } = await runtime.chat(question({ schema, max_output_tokens: 60 }), call)
    expect(finish_reason).toBe('stop')
    const answer = JSON.parse(text) as { colour: string; count: number }
    expect(schema.properties.colour.enum).toContain(answer.colour)
    expect(Number.isInteger(answer.count)).toBe(true)
  })

  it('takes a repeated prompt from its cache where it may, and evaluates it anew where it must', async () => {
    const first = await runtime.chat(question({ prefix_cache: true }), call)
    const again = await runtime.chat(question({ prefix_cache: true }), call)
    const anew = await runtime.chat(question(), call)
    expect(again.usage.cached_prompt_tokens).toBe((again.usage.prompt_tokens ?? 0) - 1)
    expect(anew.usage.cached_prompt_tokens).toBe(0)
    expect(anew.usage.prompt_tokens).toBe(again.usage.prompt_tokens)
    expect(anew.text).toBe(first.text)
  })

  it('refuses a prompt over its context with both sizes', async () => {
    const messages = [{ role: 'user' as const, content: 'word '.repeat(context * 2) }]
    await expect(runtime.chat(question({ messages }), call)).rejects.toMatchObject({
      code: 'context-exceeded',
      facts: { n_ctx: context, n_prompt_tokens: expect.any(Number) },
    })
  })

  it('stops at once when the caller gives up, and is free for the next question', async () => {
    const giveUp = new AbortController()
    let answered = ''
    const chat = runtime.chat(longQuestion, {
      ...call,
      signal: giveUp.signal,
      onText: (text) => {
        answered += text
        if (answered.length > 20) giveUp.abort()
      },
    })
    await expect(chat).rejects.toMatchObject({ code: 'aborted' })
    await expect.poll(slotIsBusy, { timeout: 5_000, interval: 50 }).toBe(false)
    const { usage } = await runtime.chat(question({ max_output_tokens: 2 }), call)
    expect(usage.output_tokens).toBe(2)
  })

  it('stops at the deadline, and is free for the next question', async () => {
    await expect(runtime.chat(longQuestion, { deadline_ms: 700 })).rejects.toMatchObject({ code: 'deadline-exceeded' })
    await expect.poll(slotIsBusy, { timeout: 5_000, interval: 50 }).toBe(false)
    expect((await runtime.chat(question({ max_output_tokens: 2 }), call)).usage.output_tokens).toBe(2)
  })

  describe('that begins or ends', () => {
    it('is loading before it is ready', async () => {
      const port = await freePort()
      const endpoint = `http://127.0.0.1:${port}`
      const starting = startWatchedServer({
        command: preparedPath('llamaServer'),
        arguments: ['--model', preparedPath('weights'), '--host', '127.0.0.1', '--port', String(port), '--offline'],
        environment: { PATH: process.env.PATH ?? '' },
        endpoint,
        healthPath: '/health',
      })
      try {
        const beginning = runtimeOf(endpoint)
        const states = new Set<string>()
        while (!states.has('ready')) {
          const state = await beginning.health(call).then(
            (health) => health.state,
            (error: { code: string }) => error.code,
          )
          if (state === 'loading' && !states.has(state)) {
            await expect(beginning.chat(question(), call)).rejects.toMatchObject({ code: 'model-loading' })
          }
          states.add(state)
        }
        expect([...states]).toEqual(['unreachable', 'loading', 'ready'])
      } finally {
        await (await starting).stop()
      }
    })

    it('is known to have died when it is killed in the middle of an answer', async () => {
      const doomed = await startLlamaServer({ alias, context })
      let killed = false
      try {
        const chat = runtimeOf(doomed.endpoint).chat(longQuestion, {
          ...call,
          onText: () => {
            if (!killed) process.kill(doomed.pid, 'SIGKILL')
            killed = true
          },
        })
        await expect(chat).rejects.toMatchObject({ code: 'runner-died' })
        await expect(runtimeOf(doomed.endpoint).health(call)).rejects.toMatchObject({ code: 'unreachable' })
      } finally {
        await doomed.stop()
      }
    })
  })
})
