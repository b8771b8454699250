import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { takeLock } from '../../src/lanes/machine-lock.ts'
import { type AnsweringServer, startAnsweringServer } from '../support/answering-server.ts'
import {
  colourConfig,
  colourProject,
  createMiniProject,
  type MiniProject,
  nameColour,
} from '../support/mini-project.ts'

let server: AnsweringServer
let projects: MiniProject[] = []
afterEach(async () => {
  await Promise.all([...projects.map((project) => project.remove()), server.close()])
})

test('two Vitest processes at once on one machine wait for one another, and say so', async () => {
  const asked: string[] = []
  server = await startAnsweringServer(async ({ prompt }) => {
    asked.push(/the (\w+) colour/.exec(prompt)?.[1] ?? '')
    await new Promise((resolve) => setTimeout(resolve, 30))
    return nameColour(prompt)
  })
  projects = await Promise.all(
    ['first', 'second'].map((name) =>
      createMiniProject(
        colourProject(server.endpoint, {
          'datasets/colours/prompt.md': `# user\nName the ${name} colour: {{input}}\n`,
        }),
      ),
    ),
  )
  const runs = await Promise.all(projects.map((project) => project.run()))
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  const waited = runs.filter(({ output }) => /waiting for a run in .+ \(process \d+, since [\d:]+ UTC\)/.test(output))
  expect(waited).toHaveLength(1)
  const turns = asked.filter((name, index) => name !== asked[index - 1])
  expect(asked).toHaveLength(32)
  expect(turns).toHaveLength(2)
})

test('a run that is ended while it waits for a second machine ends at once, with a memo of the first', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'bench-memo-cache-'))
  const held = await takeLock({ folder: join(cache, 'locks'), name: 'host-10.255.255.1', what: 'another run' })
  let onWaiting = (): void => undefined
  let asked = 0
  server = await startAnsweringServer(({ prompt }) => {
    asked += 1
    if (asked === 8) setTimeout(() => onWaiting(), 2_000)
    return nameColour(prompt)
  })
  const twoMachines = colourConfig(server.endpoint)
    .replace(
      'lanes:\n',
      "  far: { kind: openai-compatible, endpoint: 'http://10.255.255.1:9/v1', location: local }\nlanes:\n",
    )
    .replace('two: { runtime: server', 'two: { runtime: far')
  const project = await createMiniProject(colourProject(server.endpoint, { 'bench.config.yaml': twoMachines }))
  projects = [project]
  const { exitCode, output } = await project.run(['--reporter=bench-memo'], {
    env: { BENCH_MEMO_CACHE: cache },
    onStart: (kill) => {
      onWaiting = () => kill('SIGINT')
    },
  })
  await held.release()
  await rm(cache, { recursive: true, force: true })
  expect(exitCode).toBe(1)
  expect(output).toContain('waiting for another run')
  expect(output).toContain('the run was ended while it waited for its turn on the machine')
  expect(output).toContain('Memo: .bench/runs/')
})
