import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { EmbeddedSupervisor } from '../../src/runtimes/embedded/supervisor.ts'
import { createEmbeddedRuntime } from '../../src/runtimes/embedded.ts'
import { call, isRunning, question, startRealEngine, until } from './real-engine.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

it('notices a killed engine at once and starts another at the same address', { timeout: 120_000 }, async () => {
  const { supervisor, runtime, connection } = await startRealEngine()
  cleanups.push(() => supervisor.stop())
  let killed_at = 0
  const answer = runtime.chat(question('Tell me a very long story.', { max_output_tokens: 1500 }), {
    ...call,
    onText: () => {
      if (killed_at === 0) process.kill(connection.pid, 'SIGKILL')
      killed_at ||= performance.now()
    },
  })
  await expect(answer).rejects.toMatchObject({ code: 'runner-died' })
  expect(performance.now() - killed_at).toBeLessThan(2_000)
  expect(await until(() => supervisor.state.state === 'exited', 2_000)).toBe(true)
  expect(supervisor.state).toMatchObject({ state: 'exited', signal: 'SIGKILL' })
  await expect(runtime.health(call)).rejects.toMatchObject({ code: 'unreachable' })

  const again = await supervisor.start()
  expect(again).toEqual({ ...connection, pid: again.pid })
  expect(again.pid).not.toBe(connection.pid)
  expect((await runtime.chat(question('Say hello.', { max_output_tokens: 4 }), call)).text).not.toBe('')
})

it('tells a death before the first piece of the answer from a server that never was there', async () => {
  const { supervisor, runtime, connection } = await startRealEngine()
  cleanups.push(() => supervisor.stop())
  const answer = runtime.chat(question('the sea '.repeat(900)), call)
  setTimeout(() => process.kill(connection.pid, 'SIGKILL'), 600)
  await expect(answer).rejects.toMatchObject({ code: 'runner-died' })
})

it('gives one engine to all who start it at once, and ends it on stop', async () => {
  const { supervisor, connection } = await startRealEngine()
  const [one, other] = await Promise.all([supervisor.start(), supervisor.start()])
  expect([one, other]).toEqual([connection, connection])
  await supervisor.stop()
  expect(isRunning(connection.pid)).toBe(false)
  expect(supervisor.state).toEqual({ state: 'stopped' })
})

it('leaves no engine behind when its parent is killed in the middle of an answer', { timeout: 120_000 }, async () => {
  const script = fileURLToPath(new URL('./fixtures/engine-parent.ts', import.meta.url))
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  expect(isRunning(pid)).toBe(true)
  parent.kill('SIGKILL')
  expect(await until(() => !isRunning(pid), 2_000)).toBe(true)
})

it('ignores Ctrl-C, which reaches the whole process group', async () => {
  const { supervisor, runtime, connection } = await startRealEngine()
  cleanups.push(() => supervisor.stop())
  process.kill(connection.pid, 'SIGINT')
  expect(await runtime.health(call)).toEqual({ state: 'ready' })
})

it('reports a file that is no model as a load failure that names the file', async () => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'bench-memo-')), 'broken.gguf')
  await writeFile(file, 'this is no GGUF file')
  const supervisor = new EmbeddedSupervisor({ models: [{ tag: 'broken', path: file }], threads: 1 })
  cleanups.push(() => supervisor.stop())
  const runtime = createEmbeddedRuntime(await supervisor.start())
  const failure = { code: 'load-failed', message: expect.stringContaining(file) }
  await expect(runtime.load({ tag: 'broken' }, call)).rejects.toMatchObject(failure)
  expect(await runtime.health(call)).toEqual({ state: 'ready' })
})

it('says how long it waited when the engine is not ready in time', async () => {
  const supervisor = new EmbeddedSupervisor({ models: [], threads: 1, start_deadline_ms: 1 })
  await expect(supervisor.start()).rejects.toMatchObject({
    code: 'load-failed',
    message: expect.stringContaining('not ready within 1 ms'),
  })
  expect(await until(() => supervisor.state.state === 'exited', 5_000)).toBe(true)
})
