import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import type { BenchConfig } from '../../src/config/schema.ts'
import { checkResult } from '../../src/policy/check-result.ts'
import { type Preflight, preflight } from '../../src/policy/preflight.ts'
import { useColours } from '../policy/colours.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { type OllamaServer, startOllama } from './runtimes/ollama-server.ts'
import { preparedPath } from './runtimes/prepared-runtimes.ts'
import type { WatchedServer } from './runtimes/watched-server.ts'

const minutes = 240_000
const tag = 'smollm2:135m'

/** The rest of the time: what the preflight itself took beside the model's answer and its load, milliseconds. */
const own_ms = ({ total_ms, answer_ms = 0, load_ms = 0 }: Preflight): number => total_ms - answer_ms - load_ms

describeReal(['llamaServer', 'ollama', 'weights'], 'a preflight before real runtimes', () => {
  let llama: WatchedServer
  let ollama: OllamaServer
  const folder = useColours()
  const seen: string[] = []
  beforeAll(async () => {
    llama = await startLlamaServer({ alias: tag, context: 1024 })
    ollama = await startOllama()
    await ollama.create(tag, preparedPath('weights'))
  }, minutes)
  afterAll(async () => {
    await Promise.all([llama?.stop(), ollama?.stop()])
    if (seen.length > 0) process.stdout.write(`\n${seen.join('\n')}\n`)
  })
  let pin: string
  beforeEach(async () => {
    pin = `weights_file: '${preparedPath('weights')}'`
  })

  const config = (runtime: string, lane = ''): BenchConfig =>
    parseConfig(
      `
version: 1
runtimes: { box: { ${runtime} } }
lanes: { quality: { runtime: box, model: '${tag}', context: 1024${lane} } }
workloads: { colours: { title: Colours, dataset: colours, lanes: [quality], limits: { seconds_per_record: 60, output_tokens: 60 } } }
machine: { memory: { caution_used_percent: 99.8, critical_used_percent: 99.9 } }
`,
      'bench.config.yaml',
    )
  const kinds = {
    'llama-server': () => config(`kind: llama-server, endpoint: '${llama.endpoint}'`),
    Ollama: () => config(`kind: ollama, endpoint: '${ollama.endpoint}'`),
    embedded: () => config('kind: embedded', `, ${pin}`),
  } as const

  describe.for(['llama-server', 'Ollama', 'embedded'] as const)('of %s', (name) => {
    const fly = () => preflight({ config: kinds[name](), root: folder.root, workload: 'colours' })

    test('proves weights and one record, then serves by its proof while the same weights are there', {
      timeout: minutes,
    }, async () => {
      const first = await fly()
      expect(first.verdict, JSON.stringify(first.checks)).toBe('go')
      expect(first).toMatchObject({
        verdict: 'go',
        by: 'probe',
        weights_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      })
      const second = await fly()
      expect(second).toMatchObject({ verdict: 'go', by: 'proof', weights_sha256: first.weights_sha256 })
      seen.push(
        `preflight ${name}: by probe ${first.total_ms} ms in all, ${own_ms(first)} ms beside answer and load; by proof ${second.total_ms} ms`,
      )
    })

    test('lets a result count whose record names the proven model, and no other one', {
      timeout: minutes,
    }, async () => {
      await fly()
      const given = {
        ...{ config: kinds[name](), root: folder.root, workload: 'colours' },
        ...{ input: 'A red door', output: '{"colour":"red"}' },
      }
      const names = { selected_model: tag, requested_model: tag, observed_model: tag }
      expect(await checkResult({ ...given, record: names })).toMatchObject({ verdict: 'go' })
      expect(await checkResult({ ...given, record: { ...names, observed_model: 'phi4-mini' } })).toMatchObject({
        verdict: 'no-go',
      })
    })
  })

  test('finds another model behind the same tag, though its proof is young', { timeout: minutes }, async () => {
    const fly = () => preflight({ config: kinds.Ollama(), root: folder.root, workload: 'colours' })
    const { weights_sha256 } = await fly()
    await ollama.create(tag, preparedPath('requantised'))
    const second = await fly()
    expect(second.by).toBe('probe')
    expect(second.weights_sha256).not.toBe(weights_sha256)
    await ollama.create(tag, preparedPath('weights'))
  })

  test('says no-go for a server that is gone, at once the next time', { timeout: minutes }, async () => {
    const dead = config("kind: ollama, endpoint: 'http://127.0.0.1:9'")
    const fly = () => preflight({ config: dead, root: folder.root, workload: 'colours' })
    expect(await fly()).toMatchObject({ verdict: 'no-go', by: 'probe' })
    const next = await fly()
    expect(next).toMatchObject({ verdict: 'no-go', by: 'none' })
    const { blocks } = JSON.parse(await readFile(join(folder.root, '.bench', 'policy.json'), 'utf8'))
    expect(blocks).toMatchObject([{ workload: 'colours', failures: 1, exit_code: 1 }])
  })
})
