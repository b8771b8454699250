import { expect, test } from 'vitest'
import { clientDifferences } from '../../src/assessment/client-differences.ts'
import { parseConfig } from '../../src/config/parse.ts'

const config = parseConfig(
  `version: 1
runtimes:
  daemon: { kind: ollama, endpoint: 'http://127.0.0.1:11434' }
  cloud: { kind: openai-compatible, endpoint: 'https://api.example.com/v1', location: cloud }
lanes:
  fast: { runtime: daemon, model: phi4-mini }
  big: { runtime: cloud, model: large }
workloads:
  work: { title: Work, dataset: a, lanes: [fast], privacy: public }`,
  'bench.config.yaml',
)
const differing = (path: { tags?: string[]; endpoints?: string[] }) =>
  clientDifferences({ patterns: [], files: 1, left_out: [], paths: [{ file: 'a.py', line: 3, ...path }] }, config).map(
    ({ what, named }) => `${what} ${named}`,
  )

test('a tag of a lane is none, however a library writes it', () => {
  expect(differing({ tags: ['phi4-mini', 'phi4-mini:latest', 'ollama/phi4-mini', 'openai/large', 'large'] })).toEqual(
    [],
  )
})

test('a tag that no lane has is one', () => {
  expect(differing({ tags: ['phi4', 'phi4-mini:3.8b', 'ollama/qwen3:8b'] })).toEqual([
    'tag phi4',
    'tag phi4-mini:3.8b',
    'tag ollama/qwen3:8b',
  ])
})

test('an endpoint of a runtime is none, whatever its path and its name of this machine', () => {
  expect(
    differing({
      endpoints: ['http://localhost:11434/v1', 'http://127.0.0.1:11434', 'https://api.example.com/v1/chat/completions'],
    }),
  ).toEqual([])
})

test('an endpoint that no runtime has is one', () => {
  expect(differing({ endpoints: ['http://localhost:1234/v1', 'https://api.openai.com/v1'] })).toEqual([
    'endpoint http://localhost:1234/v1',
    'endpoint https://api.openai.com/v1',
  ])
})

test('without clients there is none', () => {
  expect(clientDifferences(undefined, config)).toEqual([])
})
