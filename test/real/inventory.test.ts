import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventoryReportSchema } from '../../src/assessment/inventory-memo-schema.ts'
import { createMiniProject, type MiniProject } from '../support/mini-project.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { type OllamaServer, startOllama } from './runtimes/ollama-server.ts'
import type { WatchedServer } from './runtimes/watched-server.ts'

const within = (minutes: number) => ({ timeout: minutes * 60_000 })
const program = new URL('../../src/cli/bench-memo.ts', import.meta.url).pathname
const key = `sk-proj-${'a1B2'.repeat(8)}`

const configOf = (ollama: string, server: string): string => `
version: 1
fail_on: never
runtimes:
  daemon: { kind: ollama, endpoint: '${ollama}' }
  server: { kind: llama-server, endpoint: '${server}' }
lanes:
  local: { runtime: daemon, model: 'smollm2:135m', context: 1024, context_probe: { seconds: 1 }, latency_probe: { calls: 0 }, capability_probe: { seconds: 0 } }
  second: { runtime: server, model: 'smollm2:server' }
  missing: { runtime: daemon, model: 'qwen3.6:27b' }
workloads:
  tickets:
    title: Tickets
    dataset: ../../../datasets/ticket-extraction
    lanes: [local]
    limits: { seconds_per_record: 60, output_tokens: 60, records: 1 }
clients: ['clients/*']
`

describeReal(['llamaServer', 'ollama', 'weights'], 'the inventory of a machine with real runtimes', () => {
  let server: WatchedServer
  let ollama: OllamaServer
  let project: MiniProject
  beforeAll(async () => {
    server = await startLlamaServer({ alias: 'smollm2:server' })
    ollama = await startOllama({ environment: { OLLAMA_MAX_QUEUE: '7', OLLAMA_SECRET: key } })
    await ollama.create('smollm2:135m')
    await ollama.copy('smollm2:135m', 'support-classifier:v1')
    project = await createMiniProject({
      'bench.config.yaml': configOf(ollama.endpoint, server.endpoint),
      'vitest.config.ts':
        "import benchMemo from '../../../src/plugin.ts'\nexport default { plugins: [benchMemo()], test: { include: [] } }\n",
      'evals/tickets.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('tickets')\n",
      'clients/good.py': `import ollama\nclient = ollama.Client(host="${ollama.endpoint}")\nclient.chat(model="smollm2:135m")\n`,
      'clients/stale.sh': `OPENAI_API_KEY=${key}\nollama run phi4-mini < prompt.txt\n`,
    })
  }, 120_000)
  afterAll(async () => {
    await Promise.all([server?.stop(), ollama?.stop()])
    await project?.remove()
  })
  const inventory = async (...flags: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'inventory', ...flags], {
      cwd: project.folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    })
    return stdout
  }
  const report = async () => inventoryReportSchema.parse(JSON.parse(await inventory('--json')))

  test('tells runtimes, versions, processes, where they listen, and their models, in two seconds', async () => {
    const { inventory: facts, rungs, unlisted_lanes } = await report()
    expect(facts.total_ms).toBeLessThan(2_000)
    const [daemon, llama] = facts.runtimes
    expect(daemon).toMatchObject({
      names: ['daemon'],
      state: 'ready',
      version: expect.stringMatching(/^ollama \d/),
      listening: [{ address: '127.0.0.1', pid: ollama.pid }],
    })
    expect(llama).toMatchObject({
      names: ['server'],
      state: 'ready',
      version: expect.stringMatching(/^b\d/),
      listening: [{ address: '127.0.0.1', pid: server.pid }],
    })
    expect(daemon?.models.find(({ tag }) => tag === 'smollm2:135m')).toMatchObject({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      parameters: '134.52M',
      quantization: 'Q4_1',
      context_trained: 8192,
      size_bytes: expect.any(Number),
      modified_at: expect.stringMatching(/^20/),
      loaded: false,
    })
    expect(llama?.models).toMatchObject([{ tag: 'smollm2:server', context_in_force: 2048, loaded: true }])
    expect(rungs.map(({ tag, rung }) => [tag, rung]).sort()).toEqual([
      ['smollm2:135m', 'present'],
      ['smollm2:server', 'loaded'],
      ['support-classifier:v1', 'present'],
    ])
    expect(unlisted_lanes).toEqual([{ lane: 'missing', model: 'qwen3.6:27b', why: 'ollama does not list it' }])
  })

  test('shows harmless variables of Ollama’s process, and nothing else of its environment', async () => {
    const daemon = (await report()).inventory.daemons?.find(({ pid }) => pid === ollama.pid)
    expect(daemon).toMatchObject({
      program: 'ollama',
      environment: { OLLAMA_MAX_QUEUE: '7', OLLAMA_NUM_PARALLEL: '1', OLLAMA_HOST: new URL(ollama.endpoint).host },
    })
    expect(JSON.stringify(daemon)).not.toContain(key)
  })

  test('names the client whose tag no lane has and the line with a key, whose content it never shows', async () => {
    const { inventory: facts, client_differences } = await report()
    expect(client_differences).toEqual([{ file: 'clients/stale.sh', line: 2, what: 'tag', named: 'phi4-mini' }])
    expect(facts.clients?.paths.filter(({ secret }) => secret).map(({ file, line }) => `${file}:${line}`)).toEqual([
      'clients/stale.sh:1',
    ])
    expect((await inventory('--json')) + (await inventory())).not.toContain(key)
  })

  test('is taken once in a run, which tells its risks, and lends its ladder to the next one', within(4), async () => {
    const { output } = await project.run(['--reporter=bench-memo'])
    const memo = JSON.parse(await project.read('.bench/memo.json'))
    expect(memo.inventory?.inventory.runtimes.map(({ state }: { state: string }) => state).slice(0, 2), output).toEqual(
      ['ready', 'ready'],
    )
    expect(memo.risks.clear).toContain('exposed-endpoint')
    expect(memo.risks.risks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ risk: 'secrets-exposed', subject: 'clients/stale.sh' }),
        expect.objectContaining({ risk: 'tag-drift', subject: 'clients/stale.sh' }),
      ]),
    )
    expect(await project.read('.bench/memo.md')).toContain('## What was here')
    const { rungs } = await report()
    expect(rungs.find(({ tag }) => tag === 'smollm2:135m')).toMatchObject({ rung: 'answered', lane: 'local' })
    // A copy of it has the same weights, and nobody asked for it by its name.
    expect(rungs.find(({ tag }) => tag === 'support-classifier:v1')?.lane).toBeUndefined()
  })
})
