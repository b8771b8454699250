import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import type { BenchConfig } from '../../src/config/schema.ts'

/** A folder with a dataset of one record whose answer names a colour, anew for each test. */
export function useColours(): { readonly root: string } {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bench-memo-colours-'))
    await mkdir(join(root, 'colours'))
    const files = {
      'prompt.md': '# user\n\nWhich colour? {{input}}\n',
      'records.jsonl': '{"id":"r-1","input":"A red door","expected":{"colour":"red"}}\n',
      'schema.json': '{"type":"object","properties":{"colour":{"enum":["red","blue"]}},"required":["colour"]}',
      'baseline.json': '{"fields":{"colour":{"constant":"blue"}}}',
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, 'colours', name), text)
  })
  afterEach(() => rm(root, { recursive: true, force: true }))
  return {
    get root() {
      return root
    },
  }
}

/** A config with the workload `colours` on the lane `quality` of a local server. */
export function coloursConfig(endpoint: string, more = ''): BenchConfig {
  return parseConfig(`${coloursYaml(endpoint)}${more}`, 'bench.config.yaml')
}

export function coloursYaml(endpoint: string): string {
  return `version: 1
runtimes: { server: { kind: openai-compatible, endpoint: '${endpoint}', location: local } }
lanes: { quality: { runtime: server, model: echo, required_identity: echo } }
workloads: { colours: { title: Colours, dataset: colours, lanes: [quality], limits: { seconds_per_record: 20 } } }
machine: { memory: { caution_used_percent: 99.8, critical_used_percent: 99.9 } }
`
}
