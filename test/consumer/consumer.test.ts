import { lstat, symlink, unlink } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AnsweringServer, startAnsweringServer } from '../support/answering-server.ts'
import { createStranger, type Ran, repository, type Stranger } from './stranger.ts'

const minutes = 60_000
const installCommand = 'npm install --save-dev node-llama-cpp@3.21.1'
const bench = ['vitest', 'run', '--reporter=bench-memo']
const embeddedBench = [...bench, '--config', 'vitest.embedded.config.ts']

let server: AnsweringServer
let stranger: Stranger
beforeAll(async () => {
  server = await startAnsweringServer(({ prompt }) =>
    JSON.stringify({ order_id: /\d{6}/g.exec(lastLine(prompt))?.[0] }),
  )
  stranger = await createStranger((config) => config.replace(/http:\S+/, server.endpoint))
}, 11 * minutes) // two commands, each ended after 5
afterAll(async () => {
  await stranger?.remove()
  await server?.close()
})

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

describe('the tarball', () => {
  test('holds the built package, its schemas and papers, and neither sources nor tests', () => {
    const paths = stranger.packed.files.map(({ path }) => path)
    const published =
      /^(dist\/[\w/.-]+\.(js|d\.ts)|dist\/log-rules\.yaml|schemas\/[\w.]+\.json|package\.json|README\.md|ARCHITECTURE\.md|LICENSE)$/
    expect(paths.filter((path) => !published.test(path))).toEqual([])
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/index.js',
        'dist/index.d.ts',
        'dist/plugin.js',
        'dist/plugin.d.ts',
        'dist/engine.js',
        'dist/operations.js',
        'dist/operations.d.ts',
        'dist/log-rules.yaml',
      ]),
    )
  })

  test('stays small', () => {
    const { size, unpackedSize, files } = stranger.packed
    process.stdout.write(`tarball: ${files.length} files, ${size} bytes packed, ${unpackedSize} bytes unpacked\n`)
    expect(size).toBeLessThan(600_000)
    expect(unpackedSize).toBeLessThan(2_200_000)
  })

  test('is what the project installed, without the optional engine', async () => {
    const modules = join(stranger.folder, 'node_modules')
    expect((await lstat(join(modules, 'bench-memo'))).isSymbolicLink()).toBe(false)
    await expect(lstat(join(modules, 'node-llama-cpp'))).rejects.toThrow('ENOENT')
  })
})

describe('a bench against a server on this machine', () => {
  let ran: Ran
  beforeAll(async () => {
    ran = await stranger.npx(bench)
  }, 6 * minutes)

  test('passes the standard body and an own one, asks each record once a workload and fills the context once, and writes the memo', async () => {
    expect(ran.exitCode, ran.output).toBe(0)
    expect(ran.output).toContain('Memo: .bench/memo.md')
    const asked = (about: RegExp) => server.asked.filter(({ prompt }) => about.test(prompt)).length
    const context = asked(/^The first code is/)
    // What the server makes of a schema.
    const capability = asked(/^Say hello\./)
    expect({ context, records: server.asked.length - context - capability }).toEqual({ context: 4, records: 16 })
    const { workloads } = JSON.parse(await stranger.read('.bench/memo.json'))
    expect(workloads).toMatchObject([
      { title: 'Order numbers', route: { route: 'local-fallback', mode: 'autonomous', lane: 'local-echo' } },
      { title: 'Order check', route: { route: 'local-fallback', mode: 'autonomous', lane: 'local-echo' } },
    ])
    expect(await stranger.read('.bench/memo.md')).toContain(
      '| Order check | **local-fallback** | autonomous | local-echo, otherwise queue |',
    )
  })

  test('shows its evidence by `npx bench-memo show`', async () => {
    const completion = (await stranger.evidence()).find(
      (each) => each.kind === 'completion' && each.record_id === 'o-1',
    )
    const { exitCode, output } = await stranger.npx(['bench-memo', 'show', String(completion?.id)])
    expect(exitCode, output).toBe(0)
    expect(output).toContain('Where is my garden bench? The order is 318845.')
    expect(output).toContain('{"order_id":"318845"}')
    expect(output).toContain('level echo (required echo)')
  })

  test('tells an unknown id by exit code 1 and one line', async () => {
    const { exitCode, output } = await stranger.npx(['bench-memo', 'show', 'completion-none'])
    expect(exitCode).toBe(1)
    expect(output).toMatch(/^bench-memo: no evidence completion-none in 1 run under \S+$/)
  })
})

test('`npx bench-memo` alone prints its usage', async () => {
  const { exitCode, output } = await stranger.npx(['bench-memo'])
  expect(exitCode).toBe(2)
  expect(output).toContain('bench-memo show <evidence id>')
  expect(output).toContain('npx vitest run --reporter=bench-memo')
})

describe('the types', () => {
  const resolutions = [
    ['nodenext', []],
    ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ] as const

  test.for(resolutions)('of eval, config and matchers are there under strict settings and %s', async ([, options]) => {
    const { exitCode, output } = await stranger.npx(['tsc', '--noEmit', '--listFiles', ...options])
    expect(exitCode, output).toBe(0)
    for (const file of ['evals/orders.eval.ts', 'vitest.config.ts', 'types-are-there.ts'])
      expect(output).toContain(join(stranger.folder, file))
    expect(output).toContain(join('node_modules', 'bench-memo', 'dist', 'index.d.ts'))
  })

  // Vite's and Vitest's own declarations ask for @types/node, which this project does not have.
  test.for(resolutions)('hold without skipLibCheck too, under %s', async ([, options]) => {
    const { output } = await stranger.npx([
      'tsc',
      '--noEmit',
      '--skipLibCheck',
      'false',
      '--pretty',
      'false',
      ...options,
    ])
    const complaints = output.split('\n').filter((line) => line.includes('error TS'))
    expect(complaints.filter((line) => !/^node_modules\/(?!bench-memo\/)/.test(line))).toEqual([])
  })
})

describe('an embedded lane', () => {
  test(
    'without its engine says how to install it, ends with 1, and the memo says that it did not answer',
    async () => {
      const { exitCode, output } = await stranger.npx(embeddedBench)
      expect(exitCode, output).toBe(1)
      expect(output).toContain(`needs the optional package node-llama-cpp. Install it: ${installCommand}`)
      expect(output).not.toContain('ERR_MODULE_NOT_FOUND')
      const memo = await stranger.read('.bench/memo.md')
      expect(memo).toContain('**local-tiny did not answer:**')
      expect(memo).toContain(installCommand)
      expect(memo).toContain('| Order numbers | **blocked-local** |')
    },
    6 * minutes,
  )

  describe('with its engine', () => {
    const links = ['node-llama-cpp', '@node-llama-cpp']
    const linked = (name: string) => join(stranger.folder, 'node_modules', name)
    // Linked, not installed: it weighs 700 MB.
    beforeAll(async () => {
      for (const name of links) await symlink(join(repository, 'node_modules', name), linked(name), 'dir')
    })
    afterAll(async () => {
      for (const name of links) await unlink(linked(name))
    })

    test(
      'answers from the real model, each answer proven by its weights',
      async () => {
        const { exitCode, output } = await stranger.npx(embeddedBench, { BENCH_MEMO_RECORDS: '2' })
        expect(exitCode, output).toBe(0)
        const completions = (await stranger.evidence()).filter((each) => each.kind === 'completion')
        expect(completions.map(({ workload, record_id }) => `${workload} ${record_id}`)).toEqual([
          'order-numbers o-1',
          'order-numbers o-2',
          'order-check o-1',
          'order-check o-2',
        ])
        for (const { identity, outcome, observed_model } of completions) {
          expect(outcome.state).toBe('answered')
          expect(observed_model).toBe('smollm2-135m-instruct')
          expect(identity).toMatchObject({ level: platform() === 'linux' ? 'mapped' : 'weights', contradictions: [] })
          expect(identity.weights_sha256).toBe(identity.expected_weights_sha256)
        }
      },
      6 * minutes,
    )

    test('leaves no process behind', async () => {
      expect(await stranger.processes()).toEqual([])
    })
  })
})
