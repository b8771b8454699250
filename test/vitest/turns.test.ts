import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { createTurns, type Turns } from '../../src/vitest/turns.ts'

let cache: string
const open: Turns[] = []
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'bench-memo-turns-'))
  vi.stubEnv('BENCH_MEMO_CACHE', cache)
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((turns) => turns.release()))
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

/** Two lanes, `here` on this machine and `there` on another host, in the given order. */
function turnsOf(...lanes: string[]) {
  const config = parseConfig(
    `version: 1
runtimes: { near: { kind: ollama }, far: { kind: ollama, endpoint: 'http://10.0.0.9:11434' } }
lanes: { here: { runtime: near, model: m }, there: { runtime: far, model: m } }
workloads: { task: { title: Task, dataset: a, lanes: [${lanes.join(', ')}] } }`,
    'bench.config.yaml',
  )
  const said: string[] = []
  const turns = createTurns(config, (line) => said.push(line))
  open.push(turns)
  return { turns, said }
}

test('two runs that need the same two machines in another order do not block each other for ever', async () => {
  const one = turnsOf('here', 'there')
  const other = turnsOf('there', 'here')
  await one.turns.wait('here')
  const others = other.turns.wait('there')
  await expect.poll(() => other.said).toEqual([expect.stringMatching(/^bench-memo: waiting for a run in /)])
  expect(await one.turns.wait('there')).toEqual({ taken: true })
  await one.turns.release()
  expect(await others).toEqual({ taken: true })
  expect(await other.turns.wait('here')).toEqual({ taken: true })
})

test('runs on different machines do not wait for each other', async () => {
  expect(await turnsOf('here').turns.wait('here')).toEqual({ taken: true })
  expect(await turnsOf('there').turns.wait('there')).toEqual({ taken: true })
})

test('a run that is released while it waits leaves nothing behind that the next turn would trip over', async () => {
  const one = turnsOf('here')
  const other = turnsOf('here')
  await one.turns.wait('here')
  const waiting = other.turns.wait('here')
  await expect.poll(() => other.said).toHaveLength(1)
  const released = other.turns.release()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  await released
  await one.turns.release()
  expect(await other.turns.wait('here')).toEqual({ taken: true })
})

test('a cancelled run waits no longer and keeps what it holds', async () => {
  const one = turnsOf('there')
  const other = turnsOf('here', 'there')
  await one.turns.wait('there')
  await other.turns.wait('here')
  const waiting = other.turns.wait('there')
  await expect.poll(() => other.said).toHaveLength(1)
  other.turns.giveUpWaiting()
  await expect(waiting).rejects.toThrow('the run was ended while it waited for its turn on the machine')
  expect(await other.turns.wait('here')).toEqual({ taken: true })
})
