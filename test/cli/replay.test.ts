import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import { comparisonSchema } from '../../src/comparison/comparison-schema.ts'
import {
  colourConfig,
  colourProject,
  createMiniProject,
  type MiniProject,
  nameColour,
} from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'

// Lane one is not given the schema, lane two is. Lane two answers as it is told.
let answerOfTwo = (prompt: string) => nameColour(prompt)
const server = useAnsweringServer(({ model, prompt }) => (model === 'echo' ? nameColour(prompt) : answerOfTwo(prompt)))
const cli = new URL('../../src/cli/bench-memo.ts', import.meta.url).pathname
const schemaFile = 'datasets/colours/schema.json'
let project: MiniProject
let config: string
let schema: string
let first: string
let second: string

async function benchMemo(...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [cli, ...args], {
    cwd: project.folder,
    reject: false,
  })
  return { exitCode, stdout, stderr }
}
const write = (file: string, content: string) => writeFile(join(project.folder, file), content)

beforeAll(async () => {
  config = colourConfig(server.endpoint).replace(
    'model: echo, required_identity: echo',
    'model: echo, required_identity: echo, structured_output: none',
  )
  project = await createMiniProject(colourProject(server.endpoint, { 'bench.config.yaml': config }))
  schema = await project.read(schemaFile)
  await project.run()
  answerOfTwo = () => '{"colour":"none of them"}'
  await project.run()
  const runs = (await project.list('.bench/runs')).sort()
  ;[first, second] = [runs[0] as string, runs[1] as string]
  // As a repository would keep it: the evidence alone, under a name of its own.
  await cp(join(project.folder, '.bench/runs', first, 'evidence'), join(project.folder, 'bench-runs/main'), {
    recursive: true,
  })
}, 120_000)
afterAll(() => project.remove())

describe('bench-memo judge', () => {
  test('replays a committed run without a model: verdicts without latency and memory, a memo of its own', async () => {
    const latest = await project.read('.bench/memo.json')
    const asked = server.asked.length
    const { exitCode, stdout } = await benchMemo('judge', 'bench-runs/main')
    expect(stdout).toContain(`Judged again: 16 answers of ${first}. Not judged: latency, memory`)
    expect(exitCode, stdout).toBe(0)
    expect(server.asked.length).toBe(asked)
    expect(await project.read('.bench/memo.json')).toBe(latest)
    const memo = memoSchema.parse(JSON.parse(await project.read(`.bench/judged/${first}/memo.json`)))
    const verdicts = memo.workloads[0]?.standings.flatMap(({ verdicts: all }) => all) ?? []
    const statusOf = (gate: string) => verdicts.filter((each) => each.gate === gate).map(({ status }) => status)
    expect(statusOf('latency')).toEqual(['not-measured', 'not-measured'])
    expect(statusOf('memory')).toEqual(['not-measured', 'not-measured'])
    expect(statusOf('validity')).toEqual(['pass', 'pass'])
    expect(memo.rejudging).toMatchObject({ taken: 16, refused: [], source_runs: [{ run_id: first }] })
    expect(await project.read(`.bench/judged/${first}/memo.md`)).toContain('**Judged again, no model was asked.**')
  })

  test('cites records that show finds in the committed copy', async () => {
    const memo = memoSchema.parse(JSON.parse((await benchMemo('judge', 'bench-runs/main', '--json')).stdout))
    const cited = memo.workloads[0]?.standings.flatMap(({ evidence_ids }) => evidence_ids) ?? []
    expect(cited.length).toBeGreaterThan(0)
    for (const id of new Set(cited)) {
      const { stdout, exitCode } = await benchMemo('show', id, '--run', 'bench-runs/main')
      expect(stdout).toContain(id)
      expect(exitCode).toBe(0)
    }
  })

  test('gives the same memo byte for byte', async () => {
    await benchMemo('judge', 'bench-runs/main', '--out', 'once')
    await benchMemo('judge', first, '--out', 'twice')
    for (const file of ['memo.md', 'memo.json']) {
      expect(await project.read(`once/${file}`)).toBe(await project.read(`twice/${file}`))
    }
  })

  test("applies today's schema where the runtime was not given it, and refuses the answers where it was", async () => {
    await write(schemaFile, schema.replace('"maxLength":20', '"maxLength":4'))
    try {
      const { exitCode, stdout } = await benchMemo('judge', 'bench-runs/main')
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/validity fail: colours on one: c-2: .*4 characters/)
      expect(stdout).toContain(
        'Refused: colours on two: 8, since schema.json has changed since, and the runtime was given it as a constraint',
      )
      expect(stdout).toContain('validity not-measured: colours on two')
    } finally {
      await write(schemaFile, schema)
    }
  })

  test.for([
    [
      'another limit of output',
      (text: string) => text.replace('seconds_per_record: 5', 'seconds_per_record: 5, output_tokens: 999'),
      'output_tokens 256 → 999',
    ],
    [
      'another option',
      (text: string) => text.replaceAll('required_identity: echo', 'required_identity: echo, temperature: 0.5'),
      'temperature 0 → 0.5',
    ],
    ['another model', (text: string) => text.replace(/model: (?:other|echo)/g, 'model: third'), 'now for third'],
  ] as const)('refuses the answers to a request with %s, and says which', async ([, change, why]) => {
    await write('bench.config.yaml', change(config))
    try {
      const { exitCode, stdout } = await benchMemo('judge', 'bench-runs/main')
      expect(stdout).toContain('Judged again: 0 answers')
      expect(stdout).toContain(why)
      expect(exitCode).toBe(1)
    } finally {
      await write('bench.config.yaml', config)
    }
  })

  test('a lane that has another name today is not judged, which is no pass though all others do', async () => {
    const renamed = config.replace('  two: {', '  three: {').replace('lanes: [one, two]', 'lanes: [one, three]')
    await write('bench.config.yaml', renamed)
    try {
      const { exitCode, stdout } = await benchMemo('judge', 'bench-runs/main')
      expect(stdout).toContain('Judged again: 8 answers')
      expect(stdout).toContain(
        'Refused: colours on two: 8, since the config no longer has its workload, or its lane there',
      )
      expect(exitCode).toBe(1)
    } finally {
      await write('bench.config.yaml', config)
    }
  })

  test("its memo never takes the place of a run's own", async () => {
    const latest = await project.read('.bench/memo.json')
    for (const out of ['.bench', `.bench/runs/${first}`, 'evals/../.bench/']) {
      const { exitCode, stderr } = await benchMemo('judge', first, '--out', out)
      expect(stderr).toContain('there stands the memo of a run')
      expect(exitCode).toBe(2)
    }
    expect(await project.read('.bench/memo.json')).toBe(latest)
  })

  test("takes today's limits and gates but no times, and its exit code follows fail_on", async () => {
    const stricter = config
      .replace('consecutive: 8', 'consecutive: 9')
      .replace('seconds_per_record: 5', 'seconds_per_record: 0.000001')
    try {
      await write('bench.config.yaml', stricter)
      const { exitCode, stdout } = await benchMemo('judge', 'bench-runs/main')
      expect(exitCode).toBe(1)
      expect(stdout).toContain('validity insufficient: colours on one: insufficient, 8 of 9')
      await write('bench.config.yaml', `${stricter}\nfail_on: never\n`)
      expect((await benchMemo('judge', 'bench-runs/main')).exitCode).toBe(0)
    } finally {
      await write('bench.config.yaml', config)
    }
  })

  test('says where it looked for a run that is not there, and how it is called', async () => {
    const missing = await benchMemo('judge', 'nowhere')
    expect(missing.exitCode).toBe(1)
    expect(missing.stderr).toContain('no run nowhere: neither .bench/runs/nowhere nor a folder nowhere is there')
    expect((await benchMemo('judge', 'a', 'b')).exitCode).toBe(2)
    expect((await benchMemo('judge', '--help')).stdout).toContain('Exit codes')
  })
})

describe('bench-memo compare', () => {
  test('a run compared with itself shows no change, and a lane that got worse is a regression', async () => {
    const itself = await benchMemo('compare', 'latest', second)
    expect(itself.stdout).toContain('No evidence of change.')
    expect(itself.exitCode).toBe(0)
    const { exitCode, stdout } = await benchMemo('compare', 'bench-runs/main', 'latest')
    expect(stdout).toMatch(/quality +regressed +−\d.* points .*n = 8: 8 of 8 good in A, 0 in B/)
    expect(exitCode).toBe(1)
    expect((await benchMemo('compare', 'latest', 'bench-runs/main')).stdout).toMatch(/quality +improved/)
    expect((await benchMemo('compare', 'bench-runs/main', 'latest', '--lane', 'one')).stdout).not.toContain('on two')
  })

  test('one broken record that breaks a gate ends with 1, though no test calls it a change', async () => {
    const files = await project.list('bench-runs/main')
    await mkdir(join(project.folder, 'bench-runs/broken'))
    for (const file of files) {
      const lines = (await project.read(join('bench-runs/main', file))).split('\n')
      const broken = lines.findIndex((line) => line.includes('"kind":"completion"') && line.includes('"lane":"two"'))
      const edited = lines.map((line, index) =>
        index === broken
          ? line.replace(
              '"schema_errors":[]',
              '"schema_errors":[{"path":"/colour","keyword":"maxLength","message":"is too long"}]',
            )
          : line,
      )
      await write(join('bench-runs/broken', file), edited.join('\n'))
    }
    const { exitCode, stdout } = await benchMemo('compare', 'bench-runs/main', 'bench-runs/broken')
    expect(stdout).toMatch(/validity +passes in A, in B it fails/)
    expect(stdout).not.toMatch(/validity +regressed/)
    expect(exitCode).toBe(1)
    expect((await benchMemo('compare', 'bench-runs/broken', 'bench-runs/main')).exitCode).not.toBe(1)
  })

  test('names the one factor that changed, for machines too', async () => {
    const { stdout } = await benchMemo('compare', first, first, '--lane', 'one=two', '--json')
    const { pairs } = comparisonSchema.parse(JSON.parse(stdout))
    expect(pairs[0]?.differences).toEqual([{ factor: 'lane', text: 'one → two' }])
  })

  test('examines both anew where it is asked to, and then says nothing of latency', async () => {
    const { stdout, exitCode } = await benchMemo('compare', first, second, '--rejudge')
    expect(stdout).toMatch(/quality +regressed .*8 of 8 good in A, 0 in B/)
    expect(stdout.match(/latency +too few to say +neither side has a warm answer/g)).toHaveLength(2)
    expect(exitCode).toBe(1)
  })

  test('refuses what is not there or not asked rightly, with exit code 2', async () => {
    for (const args of [
      [],
      ['latest'],
      ['latest', 'nowhere'],
      ['latest', first, '--changed', 'mood'],
      ['latest', first, '--lane', 'none'],
    ]) {
      expect((await benchMemo('compare', ...args)).exitCode, args.join(' ')).toBe(2)
    }
    const missing = await benchMemo('compare', 'latest', 'nowhere')
    expect(missing.stderr).toContain('no run nowhere')
    expect(missing.stderr, 'a run that is not there is no wrong usage').not.toContain('Exit codes')
  })

  test('finds evidence in a folder of any place, also by the folder above it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-memo-'))
    try {
      await cp(join(project.folder, '.bench/runs', first), folder, { recursive: true })
      expect((await benchMemo('compare', folder, join(folder, 'evidence'))).exitCode).toBe(0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
