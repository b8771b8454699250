import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { discover } from '../../src/inventory/discover.ts'
import { createMiniProject, type MiniProject } from '../support/mini-project.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { type OllamaServer, startOllama } from './runtimes/ollama-server.ts'
import type { WatchedServer } from './runtimes/watched-server.ts'

const within = (minutes: number) => ({ timeout: minutes * 60_000 })

const config = `
version: 1
fail_on: never
discover: true
runtimes: { embedded: { kind: embedded } }
lanes:
  tiny: { runtime: embedded, model: smollm2-135m-instruct, only_if_none_discovered: true }
workloads:
  tickets:
    title: Tickets
    dataset: ../../../datasets/ticket-extraction
    lanes: [tiny]
    limits: { seconds_per_record: 60, output_tokens: 60, records: 1 }
`

describeReal(['llamaServer', 'ollama', 'weights'], 'discovery with real runtimes', () => {
  let server: WatchedServer
  let ollama: OllamaServer
  let environment: Record<string, string>
  let project: MiniProject | undefined
  beforeAll(async () => {
    server = await startLlamaServer({ alias: 'smollm2:server' })
    ollama = await startOllama()
    await ollama.create('smollm2:135m')
    await ollama.copy('smollm2:135m', 'support-classifier:v1')
    environment = {
      OLLAMA_HOST: new URL(ollama.endpoint).host,
      OPENAI_BASE_URL: `${server.endpoint}/v1`,
      OPENAI_API_KEY: 'not-shown',
    }
  }, 120_000)
  afterEach(async () => {
    await project?.remove()
    project = undefined
  })
  afterAll(async () => {
    await Promise.all([server.stop(), ollama.stop()])
  })
  const parsed = () => parseConfig(config, 'bench.config.yaml')

  test('finds what answers where the environment points, by its own kind, with its models', async () => {
    const { found } = await discover(parsed(), environment)
    expect(found).toEqual([
      {
        kind: 'ollama',
        endpoint: ollama.endpoint,
        models: expect.arrayContaining(['smollm2:135m', 'support-classifier:v1']),
      },
      { kind: 'llama-server', endpoint: server.endpoint, models: ['smollm2:server'] },
    ])
  })

  test('is narrowed by LOCAL_MODEL_TAG, and says where nothing has that model', async () => {
    const narrowed = await discover(parsed(), { ...environment, LOCAL_MODEL_TAG: 'smollm2:135m' })
    expect(narrowed.found.flatMap(({ models }) => models)).toEqual(['smollm2:135m'])
    expect(narrowed.remarks).toEqual([])
    const missing = await discover(parsed(), { ...environment, LOCAL_MODEL_TAG: 'qwen3.6:27b' })
    expect(missing.found.flatMap(({ models }) => models)).toEqual([])
    expect(missing.remarks.map(({ what }) => what)).toEqual([
      'LOCAL_MODEL_TAG asks for qwen3.6:27b, which no lane and no runtime found here has.',
    ])
  })

  test('never asks a host that is not on the premises', async () => {
    const { found, remarks } = await discover(parsed(), { OPENAI_BASE_URL: 'https://8.8.8.8/v1' })
    expect(found).toEqual([])
    expect(remarks.map(({ what }) => what)).toEqual([
      'https://8.8.8.8, named by OPENAI_BASE_URL, is not on the premises, so it was not asked.',
    ])
  })

  test('lets runtimes join a run as lanes, in place of the lane for the case of nothing found', within(4), async () => {
    project = await createMiniProject({
      'bench.config.yaml': config,
      'vitest.config.ts':
        "import benchMemo from '../../../src/plugin.ts'\nexport default { plugins: [benchMemo()], test: { include: [] } }\n",
      'evals/tickets.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('tickets')\n",
    })
    const { output } = await project.run(['--reporter=bench-memo'], { env: environment })
    const memo = JSON.parse(await project.read('.bench/memo.json'))
    expect(memo.lanes.map(({ lane }: { lane: string }) => lane).sort(), output).toEqual([
      'llama-server-smollm2-server',
      'ollama-smollm2-135m',
      'ollama-support-classifier-v1',
    ])
    for (const { weights_sha256 } of memo.lanes) expect(weights_sha256).toMatch(/^[0-9a-f]{64}$/)
    const markdown = await project.read('.bench/memo.md')
    expect(markdown).toContain('`OLLAMA_HOST`, `OPENAI_BASE_URL`, `OPENAI_API_KEY`')
    expect(markdown + output).not.toContain('not-shown')
  })

  test('leaves the lane for the case of nothing found where nothing answers', async () => {
    const nowhere = await discover(parsed(), { OLLAMA_HOST: '127.0.0.1:1', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
    expect(nowhere.found).toEqual([])
  })
})
