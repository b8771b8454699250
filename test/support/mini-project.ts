import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { randomId } from '../../src/evidence/random-id.ts'

const repository = new URL('../..', import.meta.url).pathname

/** A real small project inside this package, so that `bench-memo` finds itself, run by a real Vitest. */
export interface MiniProject {
  readonly folder: string
  /** Runs `vitest run`; never rejects. */
  run(args?: readonly string[], options?: RunOptions): Promise<Ran>
  read(file: string): Promise<string>
  replace(file: string, content: string): Promise<void>
  /** Names under a folder of the project, [] where it is not there. */
  list(folder: string): Promise<string[]>
  remove(): Promise<void>
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Given the means to end the run from outside. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void, pid: number) => void
}

export interface Ran {
  readonly exitCode: number | undefined
  /** Both streams, without colours and times. */
  readonly output: string
}

export async function createMiniProject(files: Readonly<Record<string, string | Uint8Array>>): Promise<MiniProject> {
  const folder = join(repository, 'test', '.scratch', randomId())
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return {
    folder,
    async run(args = ['--reporter=bench-memo'], { env = {}, onStart } = {}) {
      const child = execa('vitest', ['run', ...args], {
        cwd: folder,
        preferLocal: true,
        localDir: repository,
        reject: false,
        all: true,
        stdin: 'ignore',
        env: { CI: 'true', NO_COLOR: '1', VITEST: '', BENCH_MEMO_RECORDS: '', BENCH_MEMO_RUN: '', ...env },
      })
      onStart?.((signal) => child.kill(signal), child.pid ?? 0)
      const { exitCode, all } = await child
      return { exitCode, output: stripVTControlCharacters(all ?? '') }
    },
    read: (file) => readFile(join(folder, file), 'utf8'),
    replace: (file, content) => writeFile(join(folder, file), content),
    list: (inner) => readdir(join(folder, inner)).catch(() => []),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A workload of n records whose answers name a colour, over lanes on one server. */
export function colourProject(
  endpoint: string,
  changes: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const colours = ['red', 'green', 'blue', 'black', 'white', 'amber', 'olive', 'coral']
  return {
    'bench.config.yaml': colourConfig(endpoint),
    'vitest.config.ts': `
import benchMemo from '../../../src/plugin.ts'
export default { plugins: [benchMemo()] }
`,
    'evals/colours.eval.ts': `
import { describe } from 'bench-memo'
describe.lane('colours')
`,
    'datasets/colours/prompt.md': '# user\nName the colour: {{input}}\n',
    'datasets/colours/records.jsonl': colours
      .map((colour, index) => JSON.stringify({ id: `c-${index + 1}`, input: `It is ${colour}.`, expected: { colour } }))
      .join('\n'),
    'datasets/colours/schema.json': JSON.stringify({
      type: 'object',
      properties: { colour: { type: 'string', minLength: 1, maxLength: 20 } },
      required: ['colour'],
      additionalProperties: false,
    }),
    'datasets/colours/baseline.json': JSON.stringify({ fields: { colour: { constant: 'red' } } }),
    ...changes,
  }
}

export function colourConfig(endpoint: string, more = ''): string {
  return `
version: 1
machine: { interference: { seconds: 0 } }
runtimes:
  server: { kind: openai-compatible, endpoint: '${endpoint}', location: local }
lanes:
  one: { runtime: server, model: echo, required_identity: echo, capability_probe: { seconds: 0 }, latency_probe: { calls: 0 } }
  two: { runtime: server, model: other, required_identity: echo, capability_probe: { seconds: 0 }, latency_probe: { calls: 0 } }
workloads:
  colours:
    title: Colours
    dataset: datasets/colours
    privacy: public
    lanes: [one, two]
    limits: { seconds_per_record: 5 }
    gates:
      validity: { consecutive: 8 }
      quality: { minimum_records: 8 }
      context: { required: false }
${more}
`
}

/** The answer that keeps the contract. */
export function nameColour(prompt: string): string {
  return JSON.stringify({ colour: /It is (\w+)\./.exec(prompt)?.[1] ?? 'none' })
}
