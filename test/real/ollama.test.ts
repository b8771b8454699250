import { readdir, realpath, truncate } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listeningProcess } from '../../src/machine/listening-process.ts'
import { childProcesses } from '../../src/machine/process-table.ts'
import { createOllamaRuntime } from '../../src/runtimes/ollama.ts'
import type { ChatRequest, Runtime } from '../../src/runtimes/runtime.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { type OllamaServer, startOllama } from './runtimes/ollama-server.ts'

const tag = 'smollm2:135m'
/** `ollama cp` of it: one manifest. */
const copy = 'support-classifier:v1'
/** Made from the same file with other parameters: another manifest, the same weights. */
const sibling = 'brief:v1'
const call = { deadline_ms: 120_000 }
const context = 1024

function runtimeOf({ endpoint }: { readonly endpoint: string }): Runtime {
  const { hostname, port } = new URL(endpoint)
  return createOllamaRuntime({
    endpoint,
    findRunner: async (blob) => {
      const server = await listeningProcess(hostname, Number(port))
      const runner = server && (await childProcesses(server.pid)).find(({ command }) => command.includes(blob))
      return runner && { pid: runner.pid, started_at: runner.started_at }
    },
  })
}
const question = (changes: Partial<ChatRequest> = {}): ChatRequest => ({
  tag,
  messages: [{ role: 'user', content: 'Name three colours and say where one sees each of them.' }],
  temperature: 0,
  seed: 1,
  max_output_tokens: 16,
  context,
  think: false,
  prefix_cache: true,
  keep_alive: '10m',
  ...changes,
})
const longQuestion = (changes: Partial<ChatRequest> = {}) =>
  question({
    messages: [{ role: 'user', content: 'Tell a long story about a lighthouse, with many chapters.' }],
    max_output_tokens: 900,
    ...changes,
  })
const failureOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code?: string; facts: object }) => error,
  )
const loadsInLog = (server: OllamaServer) => server.log().split('msg="starting llama-server"').length - 1

describeReal(['ollama', 'weights'], 'a real Ollama', () => {
  let server: OllamaServer
  let runtime: Runtime
  /** Asks something long and hands over once the first text is there. */
  const midAnswer = async (signal?: AbortSignal) => {
    let begun = () => {}
    const begin = new Promise<void>((resolve) => {
      begun = resolve
    })
    const outcome = failureOf(runtime.chat(longQuestion(), { ...call, ...(signal && { signal }), onText: begun }))
    await begin
    return { outcome }
  }

  beforeAll(async () => {
    server = await startOllama()
    await server.create(tag)
    await server.copy(tag, copy)
    await server.create(sibling, undefined, { num_thread: 1, temperature: 0.2 })
    runtime = runtimeOf(server)
  }, 120_000)
  afterAll(() => server.stop())

  it('is ready, lists its tags, and describes one that is not in memory without naming its weights as loaded', async () => {
    expect(await runtime.health(call)).toEqual({ state: 'ready', version: 'ollama 0.31.0' })
    const listed = await runtime.list(call)
    expect(listed.map((each) => each.tag).sort()).toEqual([sibling, tag, copy].sort())
    expect(listed.every(({ loaded }) => loaded === false)).toBe(true)
    const description = await runtime.describe(tag, call)
    expect(description).toMatchObject({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      weights_claimed_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      architecture: 'llama',
      parameters: '134515008',
      quantization: 'Q4_1',
      context_trained: 8192,
      server_build: 'ollama 0.31.0',
    })
    expect(description).not.toHaveProperty('weights_files')
    expect(await failureOf(runtime.describe('nope:1b', call))).toMatchObject({ code: 'model-missing' })
  })

  it('loads once for load and chat, and describes the runner that holds the weights', {
    timeout: 120_000,
  }, async () => {
    const first = await runtime.load({ tag, context, keep_alive: '10m' }, call)
    expect(first.loaded_now).toBe(true)
    expect(await runtime.load({ tag, context, keep_alive: '10m' }, call)).toMatchObject({ loaded_now: false })
    const before = await runtime.describe(tag, call)
    await runtime.chat(question({ max_output_tokens: 2 }), call)
    const after = await runtime.describe(tag, call)
    expect(after).toEqual(before)
    expect(loadsInLog(server)).toBe(1)
    const [file] = before.weights_files ?? []
    expect(await realpath(file as string)).toBe(
      path.join(await realpath(server.modelsFolder), 'blobs', `sha256-${before.weights_claimed_sha256}`),
    )
    expect(before).toMatchObject({ context_in_force: context, loaded_gpu_bytes: 0, load_id: expect.any(String) })
    expect(before.loaded_bytes).toBeGreaterThan(90_000_000)
    const children = await childProcesses(server.pid)
    expect(children.map(({ pid }) => pid)).toContain(before.serving_pid)
  })

  it('describes all tags of the same weights by the one runner that serves them', { timeout: 120_000 }, async () => {
    const [loaded, copied, related] = await Promise.all(
      [tag, copy, sibling].map((each) => runtime.describe(each, call)),
    )
    for (const each of [copied, related]) {
      expect(each).toMatchObject({
        weights_files: loaded?.weights_files,
        load_id: loaded?.load_id,
        context_in_force: context,
      })
    }
    expect(copied?.digest).toBe(loaded?.digest)
    expect(related?.digest).not.toBe(loaded?.digest)
    expect(related?.template_sha256).not.toBe(loaded?.template_sha256)
    const loads = loadsInLog(server)
    expect(await runtime.load({ tag: sibling, context }, call)).toMatchObject({ loaded_now: false })
    const answer = await runtime.chat(question({ tag: sibling, max_output_tokens: 2 }), call)
    // The name that comes back is the name that was asked, whoever answers.
    expect(answer.response_model).toBe(sibling)
    expect(loadsInLog(server)).toBe(loads)
  })

  it('answers with counts and durations, and never with a count of cached tokens', { timeout: 120_000 }, async () => {
    const [first, again] = [await runtime.chat(question(), call), await runtime.chat(question(), call)]
    for (const { text, usage, server_timings, wire, finish_reason } of [first, again]) {
      expect(text).not.toBe('')
      expect(finish_reason).toBe('length')
      expect(usage).toEqual({ prompt_tokens: expect.any(Number), output_tokens: 16 })
      expect(server_timings.prompt_ms).toBeGreaterThan(0)
      expect((server_timings.prompt_ms as number) + (server_timings.generation_ms as number)).toBeLessThan(
        wire.total_ms,
      )
    }
    expect(again.usage).toEqual(first.usage)
    expect(again.text).toBe(first.text)
  })

  it('keeps to a schema, and refuses one that is none', { timeout: 120_000 }, async () => {
    const schema = { type: 'object', properties: { fruit: { enum: ['apple', 'pear'] } }, required: ['fruit'] }
    const { text, finish_reason } = await runtime.chat(question({ schema, max_output_tokens: 100 }), call)
    expect(finish_reason).toBe('stop')
    expect(['apple', 'pear']).toContain((JSON.parse(text) as { fruit: string }).fruit)
    const refused = failureOf(runtime.chat(question({ schema: { type: 'nonsense' } }), call))
    expect(await refused).toMatchObject({ code: 'request-refused' })
  })

  it('does not fail where thinking is asked of a model that cannot think', { timeout: 120_000 }, async () => {
    expect(await runtime.chat(question({ think: true, max_output_tokens: 2 }), call)).toMatchObject({ thinking: '' })
  })

  it('refuses a prompt that is too long instead of shortening it', { timeout: 120_000 }, async () => {
    const messages = [
      { role: 'system' as const, content: 'word '.repeat(600) },
      { role: 'user' as const, content: 'word '.repeat(600) },
    ]
    expect(await failureOf(runtime.chat(question({ messages }), call))).toMatchObject({
      code: 'context-exceeded',
      facts: { n_ctx: context, n_prompt_tokens: expect.any(Number) },
    })
  })

  it('says that a model repeated itself where Ollama ends the stream for it', { timeout: 120_000 }, async () => {
    const schema = { enum: ['☃'.repeat(60)] }
    expect(await failureOf(runtime.chat(question({ schema, max_output_tokens: 400 }), call))).toMatchObject({
      code: 'stream-cut',
      facts: { repeated_pieces: 31 },
    })
  })

  it('is usable at once after an abort mid-answer and after a deadline', { timeout: 120_000 }, async () => {
    const controller = new AbortController()
    const { outcome } = await midAnswer(controller.signal)
    controller.abort()
    expect(await outcome).toMatchObject({ code: 'aborted' })
    const afterAbort = await runtime.chat(question({ max_output_tokens: 2 }), call)
    const late = failureOf(runtime.chat(longQuestion(), { deadline_ms: 700 }))
    expect(await late).toMatchObject({ code: 'deadline-exceeded' })
    const afterDeadline = await runtime.chat(question({ max_output_tokens: 2 }), call)
    // The whole story takes many times as long as this.
    for (const { wire } of [afterAbort, afterDeadline]) expect(wire.first_content_ms).toBeLessThan(10_000)
  })

  it('names the cause when the runner is killed mid-answer, and loads anew for the next', {
    timeout: 120_000,
  }, async () => {
    await runtime.load({ tag, context, keep_alive: '10m' }, call)
    const before = await runtime.describe(tag, call)
    const { outcome } = await midAnswer()
    process.kill(before.serving_pid as number, 'SIGKILL')
    expect(await outcome).toMatchObject({ code: 'runner-died' })
    expect(await runtime.chat(question({ max_output_tokens: 2 }), call)).toMatchObject({ usage: { output_tokens: 2 } })
    const after = await runtime.describe(tag, call)
    expect(after.load_id).not.toBe(before.load_id)
    expect(after.weights_files).toEqual(before.weights_files)
  })

  it('unloads', { timeout: 60_000 }, async () => {
    const { serving_pid } = await runtime.describe(tag, call)
    await runtime.unload(tag, call)
    expect(await runtime.describe(tag, call)).not.toHaveProperty('weights_files')
    expect((await childProcesses(server.pid)).map(({ pid }) => pid)).not.toContain(serving_pid)
    expect(await failureOf(runtime.chat(question({ tag: 'nope:1b' }), call))).toMatchObject({ code: 'model-missing' })
  })

  describe('with a queue of one', () => {
    it('says that it is full', { timeout: 120_000 }, async () => {
      const small = await startOllama({ environment: { OLLAMA_MAX_QUEUE: '1', OLLAMA_NUM_PARALLEL: '1' } })
      try {
        await small.create(tag)
        const asking = runtimeOf(small)
        await asking.describe(tag, call)
        const asked = Array.from({ length: 6 }, () => asking.chat(question({ max_output_tokens: 2 }), call))
        const codes = (await Promise.all(asked.map(failureOf))).map((failure) => failure?.code)
        expect(new Set(codes)).toEqual(new Set([undefined, 'queue-full']))
      } finally {
        await small.stop()
      }
    })
  })

  describe('with damaged weights', () => {
    it('says that they could not be loaded, and that nothing listens once it is gone', {
      timeout: 120_000,
    }, async () => {
      const damaged = await startOllama()
      const asking = runtimeOf(damaged)
      try {
        await damaged.create(tag)
        const { weights_claimed_sha256 } = await asking.describe(tag, call)
        const blobs = path.join(damaged.modelsFolder, 'blobs')
        expect(await readdir(blobs)).toContain(`sha256-${weights_claimed_sha256}`)
        await truncate(path.join(blobs, `sha256-${weights_claimed_sha256}`), 50_000_000)
        expect(await failureOf(asking.load({ tag, context }, call))).toMatchObject({ code: 'load-failed' })
        expect(await failureOf(asking.chat(question(), call))).toMatchObject({ code: 'load-failed' })
      } finally {
        await damaged.stop()
      }
      expect(await failureOf(asking.health(call))).toMatchObject({ code: 'unreachable' })
      expect(await failureOf(asking.chat(question(), call))).toMatchObject({ code: 'unreachable' })
    })
  })
})
