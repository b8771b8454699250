import { describe, expect, test } from 'vitest'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

const server = useAnsweringServer(({ prompt }) => nameColour(prompt))
const project = useMiniProject()

const ownBody = (body: string) => ({
  'evals/colours.eval.ts': `
import { describe, expect } from 'bench-memo'
${body}
`,
})
const askedModels = () => [...new Set(server.asked.map(({ model }) => model))]

describe('describe.lane without a body', () => {
  test('runs the standard probes and gates once for every candidate lane, one lane after the other', async () => {
    await project.create(colourProject(server.endpoint))
    const { exitCode, output } = await project.run()
    expect(output).toContain('local-fallback')
    expect(exitCode).toBe(0)
    expect(server.asked.map(({ model }) => model)).toEqual([...Array(8).fill('echo'), ...Array(8).fill('other')])
    expect(JSON.parse(await project.read('.bench/memo.json')).workloads[0].route).toMatchObject({
      // The server only echoes the name that it is asked for.
      route: 'local-fallback',
      lane: 'one',
      runner_up: { lane: 'two', status: 'conditional' },
    })
  })

  test.for([
    ['--project one', ['--project', 'one'], ['echo']],
    ["--project 't*'", ['--project', 't*'], ['other']],
    ['-t validity', ['-t', 'validity'], ['echo', 'other']],
  ] as const)('obeys %s', async ([, args, models]) => {
    await project.create(colourProject(server.endpoint))
    const { exitCode } = await project.run(['--reporter=bench-memo', ...args])
    expect(exitCode).toBe(0)
    expect(askedModels()).toEqual(models)
    expect(await project.list('.bench')).not.toContain('latest')
  })

  test('says insufficient, n of N, on a quick run, and never lowers N', async () => {
    await project.create(colourProject(server.endpoint))
    const { exitCode, output } = await project.run(['--reporter=bench-memo'], { env: { BENCH_MEMO_RECORDS: '3' } })
    expect(output).toContain('insufficient, 3 of 8')
    expect(exitCode).toBe(1)
  })
})

describe('describe.lane with a body', () => {
  test.for(['forks', 'threads'])('gives lane, records and limits as fixtures, under %s', async (pool) => {
    await project.create({
      ...colourProject(server.endpoint),
      'vitest.config.ts': `
import benchMemo from '../../../src/plugin.ts'
export default { plugins: [benchMemo()], test: { pool: '${pool}' } }
`,
      ...ownBody(`
describe.lane('colours', ({ test, records }) => {
  test('keeps its contract', async ({ lane, limits, records: same }) => {
    expect(same).toBe(records)
    expect(limits.seconds_per_record).toBe(5)
    await expect(lane).toKeepContract(records, { consecutive: 8 })
    await expect(lane).toFindFacts(records)
  })
  test('asks a record once', async ({ lane }) => {
    const [first] = records
    expect(await lane.ask(first)).toBe(await lane.ask(first))
  })
})`),
    })
    const { exitCode, output } = await project.run(['--reporter=default', '--reporter=bench-memo'])
    expect(output).toContain('4 passed')
    expect(exitCode).toBe(0)
    expect(server.asked).toHaveLength(16)
  })

  test('works with globals on, and forwards all of describe', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'vitest.config.ts': `
import benchMemo from '../../../src/plugin.ts'
export default { plugins: [benchMemo()], test: { globals: true } }
`,
      'evals/colours.eval.ts': `
import { describe as benchDescribe } from 'bench-memo'
benchDescribe.each([1, 2])('each %i', (n) => { it('is a number', () => { expect(n).toBeTypeOf('number') }) })
benchDescribe.for(['a'])('for %s', (s) => { it('is a string', () => { expect(s).toBe('a') }) })
benchDescribe.skipIf(true)('not here', () => { it('fails', () => { expect(1).toBe(2) }) })
benchDescribe.runIf(true).lane('colours', ({ test }) => { test('runs', ({ lane }) => { expect(lane.name).toMatch(/one|two/) }) })
benchDescribe.skip.lane('colours', ({ test }) => { test('is skipped', () => { expect(1).toBe(2) }) })
benchDescribe.lane.skip('colours', ({ test }) => { test('is skipped too', () => { expect(1).toBe(2) }) })
`,
    })
    const { exitCode, output } = await project.run(['--reporter=default'])
    expect(output).toContain('8 passed | 6 skipped')
    expect(exitCode).toBe(0)
  })

  test('obeys .only', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      ...ownBody(`
describe.lane('colours', ({ test }) => { test('fails', () => { expect(1).toBe(2) }) })
describe.lane.only('colours', ({ test }) => { test('runs', () => {}) })`),
    })
    const { output } = await project.run(['--reporter=default', '--allowOnly'])
    expect(output).toContain('2 passed | 2 skipped')
  })

  test('explains a failed gate: expected, observed, the first offender, its evidence, what to try', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'datasets/colours/schema.json': JSON.stringify({
        type: 'object',
        properties: { colour: { type: 'string' }, shade: { type: 'string' } },
        required: ['colour', 'shade'],
      }),
      'datasets/colours/baseline.json': '{"fields":{"colour":{"constant":"red"},"shade":{"constant":"dark"}}}',
      ...ownBody(`
describe.lane('colours', ({ test, records }) => {
  test('keeps its contract', async ({ lane }) => { await expect(lane).toKeepContract(records) })
})`),
    })
    const { exitCode, output } = await project.run(['--reporter=bench-memo', '--project', 'one'])
    expect(output.replace(/completion-\w+/g, 'completion-id')).toContain(
      [
        'validity gate: fail for colours on one',
        '  expected  8 consecutive records valid, each within 5.0 s',
        '  observed  0 of 8 valid, 8 of 8 distinct records of the dataset (8 × missing field shade)',
        '  first     c-1: field shade is missing or blank',
        '  evidence  npx bench-memo show completion-id',
        '  try       show the answer with `npx bench-memo show <evidence id>`, then change the prompt or the model',
      ].join('\n'),
    )
    expect(exitCode).toBe(1)
  })
})

describe('matchers', () => {
  test('.not asks for a measured failure: what is insufficient is no more unfit than fit', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      ...ownBody(`
describe.lane('colours', ({ test, records }) => {
  test('too few', async ({ lane }) => { await expect(lane).not.toKeepContract(records.slice(0, 3)) })
})`),
    })
    const { exitCode, output } = await project.run(['--reporter=bench-memo', '--project', 'one'])
    expect(output).toContain('insufficient, 3 of 8')
    expect(exitCode).toBe(1)
  })
})

describe('misuse', () => {
  test('names the known workloads for one that is unknown', async () => {
    await project.create({ ...colourProject(server.endpoint), ...ownBody("describe.lane('colour')") })
    const { exitCode, output } = await project.run()
    expect(output).toContain("bench.config.yaml has no workload 'colour'; did you mean 'colours'? Known: colours.")
    expect(exitCode).toBe(1)
  })

  test('shows the config line to add where the plugin is missing', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'vitest.config.ts': `
export default { resolve: { conditions: ['bench-memo-source'] }, ssr: { resolve: { conditions: ['bench-memo-source'] } }, test: { include: ['evals/*.eval.ts'] } }
`,
    })
    const { exitCode, output } = await project.run(['--reporter=default'])
    expect(output).toContain("import benchMemo from 'bench-memo/plugin'")
    expect(output).toContain('plugins: [benchMemo()]')
    expect(exitCode).toBe(1)
  })

  test.for([
    [
      'records.jsonl',
      '{"id":"a","input":"x","expected":{"colour":"red"}}\n{"id":"b","input":}\n',
      'records.jsonl:2:19  not JSON',
    ],
    ['records.jsonl', '\n', 'records.jsonl'],
    ['schema.json', '{"type":"objekt"}', 'schema.json  an answer is an object'],
  ] as const)('points into a dataset whose %s is %j, without a stack', async ([file, content, message]) => {
    await project.create({ ...colourProject(server.endpoint), [`datasets/colours/${file}`]: content })
    const { exitCode, output } = await project.run(['--reporter=bench-memo', '--project', 'one'])
    expect(output).toContain(`datasets/colours/${message}`)
    expect(output).not.toContain('    at ')
    expect(exitCode).toBe(1)
    expect(server.asked).toEqual([])
  })

  test('shows one message, not a stack, for a wrong config', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'bench.config.yaml': colourConfig(server.endpoint).replace('seconds_per_record', 'seconds_per_rekord'),
    })
    const { exitCode, output } = await project.run()
    expect(output).toContain('did you mean "seconds_per_record"?')
    expect(output).not.toContain('    at ')
    expect(exitCode).toBe(1)
  })
})

describe("the project's own tests", () => {
  const ownTest = { 'own.test.ts': "import { expect, test } from 'vitest'\ntest('own', () => { expect(1).toBe(1) })\n" }

  test('run once, beside the lanes, in a project of their own', async () => {
    await project.create({ ...colourProject(server.endpoint), ...ownTest })
    const { output } = await project.run(['--reporter=verbose'])
    expect(output.match(/own\.test\.ts > own/g)).toHaveLength(1)
    expect(output).toContain('17 passed')
  })

  test('a lane without a candidate in a file skips it instead of calling it empty', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'bench.config.yaml': `${colourConfig(server.endpoint)}
  shades:
    title: Shades
    dataset: datasets/colours
    privacy: public
    lanes: [two]
`,
      'evals/shades.eval.ts':
        "import { describe } from 'bench-memo'\ndescribe.lane('shades', ({ test }) => { test('runs', () => {}) })\n",
    })
    const { exitCode, output } = await project.run(['--reporter=default'])
    expect(output).toContain('17 passed | 1 skipped')
    expect(exitCode).toBe(0)
  })

  test("lanes take the root's plugins and aliases, however nested, and projects of the user's own stay", async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'vitest.config.ts': `
import benchMemo from '../../../src/plugin.ts'
const virtual = { name: 'vite-plugin-of-the-user', resolveId: (id) => id === 'virtual:x' ? id : undefined, load: (id) => id === 'virtual:x' ? 'export default 41' : undefined }
export default {
  plugins: [[Promise.resolve([virtual])], benchMemo()],
  resolve: { alias: { '@one': new URL('./one.ts', import.meta.url).pathname } },
  test: { projects: [{ test: { name: 'mine', include: ['own.test.ts'] } }] },
}
`,
      'one.ts': 'export default 1\n',
      ...ownTest,
      ...ownBody(`
import x from 'virtual:x'
import one from '@one'
describe.lane('colours', ({ test }) => { test('sees both', () => { expect(x + one).toBe(42) }) })`),
    })
    const { exitCode, output } = await project.run(['--reporter=verbose'])
    expect(output.match(/own\.test\.ts > own/g)).toHaveLength(1)
    expect(output).toContain('3 passed')
    expect(exitCode).toBe(0)
  })
})
