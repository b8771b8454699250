import { colourConfig, colourProject } from '../support/mini-project.ts'

/** A folder's files, by name. */
type Files = Record<string, string>

/** What a run writes beside its config, from inside the worker: all on the worker's own clock. */
export interface WorkerTimes {
  readonly cases: number
  readonly from_first_to_last_ms: number
}
export const timesFile = 'times.json'

/** Both ways run under these settings. */
export const commonArguments = ['--pool=forks', '--maxWorkers=1', '--no-file-parallelism'] as const

const colours = ['red', 'green', 'blue', 'black', 'white', 'amber', 'olive', 'coral']
const colourOf = (index: number): string => colours[index % colours.length] as string

function records(cases: number): { id: string; input: string; expected: { colour: string } }[] {
  return Array.from({ length: cases }, (_, index) => ({
    id: `c-${index + 1}`,
    input: `It is ${colourOf(index)}. (${index + 1})`,
    expected: { colour: colourOf(index) },
  }))
}

/** Makes a project a package of its own, so that `bench-memo` is what stands in its node_modules. */
const ownPackage = { 'package.json': JSON.stringify({ name: 'measured', type: 'module', private: true }) }

/** Counts from the end of the first case, which pays for connecting, to the end of the last one. */
const marks = `
import { writeFileSync } from 'node:fs'
import { afterAll } from 'vitest'
const ends: number[] = []
afterAll(() => {
  const [first = 0] = ends
  const times = { cases: ends.length - 1, from_first_to_last_ms: (ends.at(-1) ?? 0) - first }
  writeFileSync('${timesFile}', JSON.stringify(times))
})
`

/** The plain way: fetch, the stream parsed as an eval's author would, one test a record. */
export function plainProject(endpoint: string, cases: number): Files {
  return {
    ...ownPackage,
    'vitest.config.ts': 'export default {}\n',
    'records.json': JSON.stringify(records(cases)),
    'colours.test.ts': `
import { expect, test } from 'vitest'
import records from './records.json'
${marks}
const schema = {
  type: 'object',
  properties: { colour: { type: 'string', minLength: 1, maxLength: 20 } },
  required: ['colour'],
  additionalProperties: false,
}

async function ask(input: string): Promise<string> {
  const response = await fetch('${endpoint}/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'echo',
      messages: [{ role: 'user', content: \`Name the colour: \${input}\` }],
      temperature: 0,
      max_tokens: 256,
      stream: true,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
    }),
  })
  if (!response.ok || !response.body) throw new Error(\`status \${response.status}\`)
  let answer = ''
  let waiting = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (waiting + text).split('\\n')
    waiting = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
      answer += JSON.parse(line.slice('data: '.length)).choices[0]?.delta.content ?? ''
    }
  }
  return answer
}

for (const record of records) {
  test(record.id, async () => {
    expect(JSON.parse(await ask(record.input))).toEqual(record.expected)
    ends.push(performance.now())
  })
}
`,
  }
}

/** bench-memo, one test a record. */
export function laneProject(endpoint: string, cases: number): Files {
  return benchMemoProject(
    endpoint,
    cases,
    `
describe.lane('colours', ({ test, records }) => {
  for (const record of records) {
    test(record.id, async ({ lane }) => {
      const { outcome } = await lane.ask(record)
      expect(outcome).toMatchObject({ state: 'answered', examination: { schema_errors: [], facts: [{ found: true }] } })
      ends.push(performance.now())
    })
  }
})
`,
  )
}

/** bench-memo, all records in one test of the kind that the standard body runs; an echo is proof enough. */
export function gateProject(endpoint: string, cases: number): Files {
  return gateProjectOf(oneLane(endpoint), endpoint, cases)
}

/** The same on a lane whose weights are proven: described before and after each answer, hashed, looked for in its process. */
export function verifiedProject(endpoint: string, cases: number): Files {
  const origin = endpoint.replace(/\/v1$/, '')
  const config = oneLane(endpoint)
    .replace(/kind: openai-compatible, endpoint: '[^']+', location: local/, `kind: llama-server, endpoint: '${origin}'`)
    .replaceAll(', required_identity: echo', '')
  return gateProjectOf(config, endpoint, cases)
}

function gateProjectOf(config: string, endpoint: string, cases: number): Files {
  return benchMemoProject(
    endpoint,
    cases,
    `
describe.lane('colours', ({ test, records }) => {
  test('keeps the contract', async ({ lane }) => {
    await lane.ask(records[0])
    ends.push(performance.now())
    await expect(lane).toKeepContract(records)
    for (let left = records.length - 1; left > 0; left -= 1) ends.push(performance.now())
  })
})
`,
    config,
  )
}

function benchMemoProject(endpoint: string, cases: number, evals: string, config = oneLane(endpoint)): Files {
  return colourProject(endpoint, {
    ...ownPackage,
    'vitest.config.ts': `import benchMemo from 'bench-memo/plugin'\nexport default { plugins: [benchMemo()] }\n`,
    'bench.config.yaml': config,
    'datasets/colours/records.jsonl': records(cases)
      .map((record) => JSON.stringify(record))
      .join('\n'),
    'evals/colours.eval.ts': `
import { describe, expect } from 'bench-memo'
${marks}
${evals}
`,
  })
}

function oneLane(endpoint: string): string {
  // A case each measures no memory.
  return colourConfig(endpoint)
    .replace('[one, two]', '[one]')
    .replace('consecutive: 8 }\n', 'consecutive: 25 }\n      memory: { required: false }\n')
}

/** One test that does nothing, without the plugin. */
export function emptyPlainProject(): Files {
  return {
    ...ownPackage,
    'vitest.config.ts': 'export default {}\n',
    'nothing.test.ts': `import { test } from 'vitest'\ntest('nothing', () => undefined)\n`,
  }
}

/** One test that does nothing, in a lane that is opened: config read, run begun, memo written. */
export function emptyLaneProject(endpoint: string): Files {
  return {
    ...laneProject(endpoint, 1),
    'evals/colours.eval.ts': `
import { describe } from 'bench-memo'
describe.lane('colours', ({ test }) => {
  test('nothing', async ({ lane }) => void lane)
})
`,
  }
}
