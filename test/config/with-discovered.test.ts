import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { benchConfigSchema } from '../../src/config/schema.ts'
import { withDiscovered } from '../../src/config/with-discovered.ts'

const config = parseConfig(
  `version: 1
discover: true
runtimes: { embedded: { kind: embedded }, ollama: { kind: ollama, endpoint: 'http://10.0.0.9:11434' } }
lanes:
  tiny: { runtime: embedded, model: smollm2-135m-instruct, only_if_none_discovered: true }
  own: { runtime: ollama, model: phi4-mini }
workloads:
  summary: { title: Summary, dataset: a, lanes: [tiny, own] }
  tickets: { title: Tickets, dataset: b, lanes: [tiny], privacy: public }`,
  'bench.config.yaml',
)
const candidates = (of: typeof config) =>
  Object.fromEntries(Object.entries(of.workloads).map(([name, { lanes }]) => [name, lanes]))
const ollama = {
  kind: 'ollama' as const,
  endpoint: 'http://127.0.0.1:11434',
  models: ['Qwen3.6:27b', 'hf.co/Some/Model:Q4_K_M'],
}

describe('the config with what discovery found', () => {
  const found = withDiscovered(config, [
    ollama,
    { kind: 'openai-compatible', endpoint: 'http://127.0.0.1:9000/v1', models: ['m'] },
  ])

  test('has a lane for each model, as the last candidates of every workload; private ones get none of a server of unknown kind', () => {
    expect(candidates(found)).toEqual({
      summary: ['own', 'ollama-qwen3.6-27b', 'ollama-hf.co-some-model-q4_k_m'],
      tickets: ['ollama-qwen3.6-27b', 'ollama-hf.co-some-model-q4_k_m', 'openai-compatible-m'],
    })
    expect(found.lanes['ollama-qwen3.6-27b']).toMatchObject({ runtime: 'ollama-2', model: 'Qwen3.6:27b' })
    expect(found.runtimes['ollama-2']).toMatchObject({ kind: 'ollama', endpoint: ollama.endpoint, location: 'local' })
  })

  test('is a config that the schema takes', () => {
    expect(benchConfigSchema.parse(found)).toEqual(found)
  })

  test('lets a server that proves nothing be conditional at most', () => {
    expect(found.lanes['openai-compatible-m']).toMatchObject({ required_identity: 'echo' })
  })

  test('is the file as it is where nothing was found, or only servers without models', () => {
    expect(withDiscovered(config, [])).toEqual(config)
    expect(withDiscovered(config, [{ kind: 'vllm', endpoint: 'http://127.0.0.1:8000', models: [] }])).toEqual(config)
  })

  test('keeps the lane of a worker, which would go unobserved without it', () => {
    const observed = parseConfig(
      `version: 1
runtimes: { box: { kind: ollama, endpoint: 'http://10.0.0.9:11434' } }
lanes: { own: { runtime: box, model: m, only_if_none_discovered: true } }
workloads: { task: { title: Task, dataset: a, lanes: [own] } }
workers: { delegate: { workload: task, lane: own, command: [run], payload: stdin, endpoint_env: [OLLAMA_HOST] } }`,
      'bench.config.yaml',
    )
    expect(candidates(withDiscovered(observed, [{ ...ollama, models: ['m'] }]))).toEqual({ task: ['own', 'ollama-m'] })
  })
})
