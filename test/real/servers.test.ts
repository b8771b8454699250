import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { isRunning } from '../runtimes/real-engine.ts'
import { descendants } from '../support/processes.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { startOllama } from './runtimes/ollama-server.ts'
import { preparedPath } from './runtimes/prepared-runtimes.ts'
import type { WatchedServer } from './runtimes/watched-server.ts'

/** The servers that the other real tests rely on: they start, and nothing of them stays. */

let servers: WatchedServer[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  servers = []
})
function kept<Server extends WatchedServer>(server: Server): Server {
  servers.push(server)
  return server
}
const minute = { timeout: 60_000 }
const gone = { timeout: 10_000 }

interface OllamaTag {
  readonly name: string
  readonly digest: string
}
async function tagsOf({ endpoint }: WatchedServer): Promise<OllamaTag[]> {
  const response = await fetch(`${endpoint}/api/tags`)
  return ((await response.json()) as { models: OllamaTag[] }).models
}

/** Asks for one token, so that the model is loaded. */
async function wake({ endpoint }: WatchedServer, model: string): Promise<void> {
  const body = JSON.stringify({ model, prompt: 'Hello', stream: false, options: { num_predict: 1, num_ctx: 512 } })
  const response = await fetch(`${endpoint}/api/generate`, { method: 'POST', body })
  expect(await response.json()).toMatchObject({ done: true })
}

/** What the parent of a fixture wrote about its servers, and the means to kill it. */
async function parentOf(fixture: URL) {
  const parent = spawn(process.execPath, [fileURLToPath(fixture)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  return { parent, seen: JSON.parse(line.toString()) as { pids: number[]; folder?: string } }
}

describeReal(['llamaServer', 'weights'], 'a real llama-server', () => {
  test('is healthy once it has started, and gone once it is stopped', minute, async () => {
    const server = kept(await startLlamaServer({ alias: 'tiny' }))
    expect((await fetch(`${server.endpoint}/health`)).status).toBe(200)
    expect(isRunning(server.pid)).toBe(true)
    expect(server.log()).toContain('listening')
    await server.stop()
    expect(isRunning(server.pid)).toBe(false)
    await expect(fetch(`${server.endpoint}/health`)).rejects.toThrow()
  })

  test('that cannot start is reported with the end of its log', minute, async () => {
    const starting = startLlamaServer({ alias: 'tiny', weights: '/dev/null' })
    await expect(starting).rejects.toThrow(
      /llama-server ended before it was ready\. Its log ends:\n(.*\n)*.*\/dev\/null/,
    )
  })

  test('that is not ready in time is ended', minute, async () => {
    const starting = startLlamaServer({ alias: 'tiny', deadline_ms: 0, extraArguments: ['--no-mmap'] })
    await expect(starting).rejects.toThrow('llama-server was not ready within 0 ms')
    await expect.poll(() => descendants(process.pid, 'llama-server'), gone).toEqual([])
  })

  test('ends when the test that started it is killed', minute, async () => {
    const { parent, seen } = await parentOf(new URL('./fixtures/llama-server-parent.ts', import.meta.url))
    expect(seen.pids.filter(isRunning)).toHaveLength(1)
    parent.kill('SIGKILL')
    await expect.poll(() => seen.pids.filter(isRunning), gone).toEqual([])
  })
})

describeReal('requantised', 'the requantised weights', () => {
  test('are another model file than the ones they were made of', minute, async () => {
    const server = kept(await startLlamaServer({ alias: 'tiny', weights: preparedPath('requantised') }))
    const { model_ftype } = (await (await fetch(`${server.endpoint}/props`)).json()) as { model_ftype: string }
    expect(model_ftype).toMatch(/^Q4_0/)
  })
})

describeReal(['ollama', 'weights'], 'a real Ollama', () => {
  test('creates a model from the weights, and its copy has the same digest', minute, async () => {
    const server = kept(await startOllama())
    expect(await tagsOf(server)).toEqual([])
    await server.create('smollm2:135m')
    await server.copy('smollm2:135m', 'support-classifier:v1')
    const tags = await tagsOf(server)
    expect(tags.map(({ name }) => name).toSorted()).toEqual(['smollm2:135m', 'support-classifier:v1'])
    expect(new Set(tags.map(({ digest }) => digest)).size).toBe(1)
  })

  test('takes its runner and its folder with it when it is stopped', minute, async () => {
    const server = kept(await startOllama())
    await server.create('smollm2:135m')
    await wake(server, 'smollm2:135m')
    const [runner = 0] = await descendants(server.pid, 'llama-server')
    expect(isRunning(runner)).toBe(true)
    await server.stop()
    expect([server.pid, runner].filter(isRunning)).toEqual([])
    expect(existsSync(server.modelsFolder)).toBe(false)
  })

  test('ends with its runner when the test that started it is killed', minute, async () => {
    const { parent, seen } = await parentOf(new URL('./fixtures/ollama-parent.ts', import.meta.url))
    expect(seen.pids.filter(isRunning)).toHaveLength(2)
    parent.kill('SIGKILL')
    await expect.poll(() => seen.pids.filter(isRunning), gone).toEqual([])
    await expect.poll(() => existsSync(seen.folder ?? ''), gone).toBe(false)
  })

  test('ends with its runner when it is killed itself', minute, async () => {
    const server = kept(await startOllama())
    await server.create('smollm2:135m')
    await wake(server, 'smollm2:135m')
    const runners = await descendants(server.pid, 'llama-server')
    expect(runners).toHaveLength(1)
    process.kill(server.pid, 'SIGKILL')
    await expect.poll(() => runners.filter(isRunning), gone).toEqual([])
  })
})
