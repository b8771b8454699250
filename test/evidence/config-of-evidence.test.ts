import { expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import type { DiscoveredRuntime } from '../../src/config/with-discovered.ts'
import { configOfEvidence } from '../../src/evidence/config-of-evidence.ts'
import type { Evidence } from '../../src/evidence/schema.ts'

const config = parseConfig(
  `version: 1
discover: true
runtimes: { embedded: { kind: embedded } }
lanes: { tiny: { runtime: embedded, model: smollm2-135m-instruct, only_if_none_discovered: true } }
workloads: { task: { title: Task, dataset: a, lanes: [tiny] } }`,
  'bench.config.yaml',
)
const runThatFound = (...discovered: DiscoveredRuntime[]) =>
  ({ kind: 'run', discovered }) as Partial<Evidence> as Evidence
const ollama = (...models: string[]): DiscoveredRuntime => ({
  kind: 'ollama',
  endpoint: 'http://127.0.0.1:11434',
  models,
})
const lanesOf = (...evidence: Evidence[]) =>
  configOfEvidence({ config, undiscovered: config }, evidence).workloads.task?.lanes

test('runs of two machines are judged under the lanes of both, each named as it was recorded', () => {
  const both = [runThatFound(ollama('a', 'b')), runThatFound(ollama('b', 'c'))] as const
  expect(lanesOf(...both)).toEqual(['ollama-a', 'ollama-b', 'ollama-c'])
})

test('a run that found nothing is judged under the lanes of the file', () => {
  expect(lanesOf(runThatFound())).toEqual(['tiny'])
})
