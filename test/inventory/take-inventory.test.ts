import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { assessInventory } from '../../src/assessment/inventory.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { inventoryFactsSchema } from '../../src/evidence/inventory-schema.ts'
import { takeInventory } from '../../src/inventory/take-inventory.ts'
import { procFolder } from '../machine/proc-folder.ts'
import { serve } from '../runtimes/loopback-server.ts'

/** It names the usual endpoints of this machine, at a port where nothing listens: what really runs here joins nothing. */
const configWith = (runtimes: string, lanes = '', more = '') =>
  parseConfig(
    `version: 1
runtimes:
  embedded: { kind: embedded }
  ${runtimes}
lanes:
  tiny: { runtime: embedded, model: smollm2-135m-instruct }
  ${lanes}
workloads:
  work: { title: Work, dataset: a, lanes: [tiny] }
${more}`,
    'bench.config.yaml',
  )
const nowhere = { OLLAMA_HOST: '127.0.0.1:1' }

async function folder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'bench-memo-inventory-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(join(root, '.bench'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text)
  return root
}

/** Answers as Ollama does, with one model and one that its cloud serves; keeps what it was asked. */
async function ollama() {
  const asked: IncomingMessage[] = []
  const digest = 'd'.repeat(64)
  const answers: Readonly<Record<string, unknown>> = {
    '/api/version': { version: '0.31.0' },
    '/api/tags': {
      models: [
        {
          name: 'phi4-mini:latest',
          digest,
          size: 2_500_000_000,
          modified_at: '2026-11-01T08:00:00Z',
          details: { parameter_size: '3.8B', quantization_level: 'Q4_K_M', context_length: 131_072 },
        },
        { name: 'big:cloud', digest: 'e'.repeat(64), remote_model: 'big', remote_host: 'https://ollama.com:443' },
      ],
    },
    '/api/ps': { models: [] },
    '/api/show': { parameters: 'num_ctx 4096', details: {}, model_info: {} },
  }
  const { endpoint } = await serve((request, response) => {
    asked.push(request)
    const answer = answers[request.url ?? '']
    response.statusCode = answer ? 200 : 404
    response.end(JSON.stringify(answer ?? {}))
  })
  return { endpoint: endpoint.replace('/v1', ''), asked, digest }
}

const survey = async (options: Parameters<typeof takeInventory>[0]) =>
  inventoryFactsSchema.parse(await takeInventory({ environment: nowhere, ...options }))

describe('an inventory', () => {
  test('tells of a runtime its version and models, by questions that no model answers', async () => {
    const { endpoint, asked, digest } = await ollama()
    const config = configWith(`box: { kind: ollama, endpoint: '${endpoint}' }`)
    const { runtimes } = await survey({ config, root: await folder() })
    expect(runtimes.find(({ names }) => names[0] === 'box')).toMatchObject({
      kind: 'ollama',
      state: 'ready',
      version: 'ollama 0.31.0',
      models_listed: 2,
      models: [
        {
          tag: 'phi4-mini:latest',
          digest,
          parameters: '3.8B',
          quantization: 'Q4_K_M',
          context_trained: 131_072,
          context_configured: 4096,
          size_bytes: 2_500_000_000,
          modified_at: '2026-11-01T08:00:00Z',
          loaded: false,
        },
        { tag: 'big:cloud', served_elsewhere: expect.stringContaining('ollama.com') },
      ],
    })
    const paths = new Set(asked.map(({ url }) => url))
    expect([...paths].sort()).toEqual(['/api/ps', '/api/show', '/api/tags', '/api/version'])
    // A tag that a cloud serves is not asked about.
    expect(asked.filter(({ url }) => url === '/api/show')).toHaveLength(1)
  })

  test('asks all endpoints at once and gives those up that say nothing in time', async () => {
    const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as { port: number }
    const names = ['a', 'b', 'c', 'd', 'e']
    const config = configWith(
      names.map((name) => `${name}: { kind: llama-server, endpoint: 'http://127.0.0.1:${port}' }`).join('\n  '),
    )
    const started = performance.now()
    const { runtimes } = await survey({ config, root: await folder(), deadline_ms: 400 })
    expect(performance.now() - started).toBeLessThan(1_500)
    const states = runtimes.filter(({ names: [name = ''] }) => names.includes(name)).map(({ failure }) => failure?.code)
    expect(states).toEqual(names.map(() => 'deadline-exceeded'))
  })

  test('sends a key to its own endpoint only', async () => {
    const [mine, other] = [await ollama(), await ollama()]
    const config = configWith(
      `mine: { kind: ollama, endpoint: '${mine.endpoint}', api_key_env: BOX_KEY }
  other: { kind: ollama, endpoint: '${other.endpoint}' }`,
    )
    const environment = { ...nowhere, BOX_KEY: 'k3y', OPENAI_API_KEY: 'k3y' }
    const facts = await survey({ config, root: await folder(), environment })
    expect(new Set(mine.asked.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer k3y']))
    expect(new Set(other.asked.map(({ headers }) => headers.authorization))).toEqual(new Set([undefined]))
    expect(JSON.stringify(facts)).not.toContain('k3y')
  })

  test('does not ask a place that is not on the premises', async () => {
    const environment = { ...nowhere, OPENAI_BASE_URL: 'http://8.8.8.8/v1' }
    const { runtimes } = await survey({ config: configWith(''), root: await folder(), environment })
    expect(runtimes.find(({ endpoint }) => endpoint?.includes('8.8.8.8'))).toMatchObject({
      state: 'not-asked',
      failure: { code: 'off-premises' },
    })
  })

  test('says of a named place why it failed, whether the config names it or the environment', async () => {
    const { runtimes } = await survey({
      config: configWith("box: { kind: vllm, endpoint: 'http://127.0.0.1:2' }"),
      root: await folder(),
    })
    const failures = runtimes
      .filter(({ state }) => state === 'failed')
      .map(({ kind, failure }) => [kind, failure?.code])
    expect(failures).toEqual(
      expect.arrayContaining([
        ['vllm', 'unreachable'],
        ['ollama', 'unreachable'],
      ]),
    )
  })

  test.runIf(platform() === 'linux')('tells where a runtime listens, from the sockets of its process', async () => {
    const { endpoint } = await ollama()
    const port = Number(new URL(endpoint).port)
    const root = await procFolder(
      [
        { pid: 7, program: '/usr/bin/ollama', cgroup: '0::/system.slice/ollama.service\n', sockets: [11] },
        { pid: 8, program: '/usr/bin/other', sockets: [12] },
        { pid: 9, program: '/opt/llama-server', sockets: [13] },
      ],
      [
        { address: '00000000000000000000000000000000', port, inode: 11 },
        { address: '0501A8C0', port, inode: 12 },
        { address: '0501A8C0', port: 9_999, inode: 13 },
      ],
    )
    const config = configWith(`box: { kind: ollama, endpoint: '${endpoint}' }`)
    const facts = await survey({ config, root: await folder(), processes: { root } })
    // What another program has at another address of the same port is not the runtime's.
    expect(facts.runtimes.find(({ names }) => names[0] === 'box')?.listening).toEqual([{ address: '::', pid: 7 }])
    expect(facts.daemons).toMatchObject([
      { program: 'ollama', pid: 7, unit: 'ollama.service' },
      { program: 'llama-server', pid: 9, listening: [{ address: '192.168.1.5', port: 9_999 }] },
    ])
  })

  test('does not know where a runtime listens whose sockets it cannot see', async () => {
    const { endpoint } = await ollama()
    const config = configWith(`box: { kind: ollama, endpoint: '${endpoint}' }`)
    const processes = { root: await procFolder([]) }
    const { runtimes } = await survey({ config, root: await folder(), processes })
    expect(runtimes.find(({ names }) => names[0] === 'box')).not.toHaveProperty('listening')
  })

  test('claims that a model answered only where the latest memo had the same tag and digest', async () => {
    const { endpoint, digest } = await ollama()
    const config = configWith(
      `box: { kind: ollama, endpoint: '${endpoint}' }`,
      "phi: { runtime: box, model: 'phi4-mini:latest' }\n  gone: { runtime: box, model: 'llama3:8b' }",
    )
    const memo = (of: string) => ({
      run: { run_id: 'before' },
      lanes: [{ lane: 'phi', requested_model: 'phi4-mini:latest', rung: 'reliable', description: { digest: of } }],
    })
    const rungFor = async (text: string) => {
      const facts = await survey({ config, root: await folder({ '.bench/memo.json': text }) })
      return assessInventory(facts, config).rungs.find(({ tag }) => tag === 'phi4-mini:latest')
    }
    expect(await rungFor(JSON.stringify(memo(digest)))).toMatchObject({ rung: 'reliable', lane: 'phi' })
    expect(await rungFor(JSON.stringify(memo('f'.repeat(64))))).toEqual(expect.not.objectContaining({ lane: 'phi' }))
    expect(await rungFor('no JSON')).toMatchObject({ rung: 'present' })
    const facts = await survey({ config, root: await folder() })
    expect(assessInventory(facts, config).unlisted_lanes.find(({ lane }) => lane === 'gone')).toEqual({
      lane: 'gone',
      model: 'llama3:8b',
      why: 'ollama does not list it',
    })
  })

  test('reads the config’s clients, and knows the names of its keys', async () => {
    const root = await folder({ 'worker.py': 'import openai\nkey = os.environ["BOX_KEY"]\n' })
    const runtime = "box: { kind: vllm, endpoint: 'http://127.0.0.1:1', api_key_env: BOX_KEY }"
    const { clients } = await survey({ config: configWith(runtime, '', 'clients: ["*.py"]'), root })
    expect(clients?.paths).toEqual([
      { file: 'worker.py', line: 1, libraries: ['openai'] },
      { file: 'worker.py', line: 2, environment_names: ['BOX_KEY'] },
    ])
    expect(await survey({ config: configWith(''), root })).not.toHaveProperty('clients')
  })
})
