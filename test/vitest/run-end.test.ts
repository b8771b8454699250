import { describe, expect, test } from 'vitest'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

let answer: (prompt: string) => string | undefined
const server = useAnsweringServer(({ prompt }) => answer(prompt))
const project = useMiniProject()

const wrong = () => '{"colour":"none of them"}'
const failing = {
  'evals/own.eval.ts': "import { test } from 'bench-memo'\ntest('own', () => { throw new Error('broken') })\n",
}
const failNever = () => ({ 'bench.config.yaml': `${colourConfig(server.endpoint)}\nfail_on: never\n` })

describe('the exit code', () => {
  test('is 1 for a failed gate', async () => {
    answer = wrong
    await project.create(colourProject(server.endpoint))
    const { exitCode, output } = await project.run()
    expect(output).toContain('0 of 8 records good')
    expect(exitCode).toBe(1)
  })

  test.for([
    [
      'a test that catches the failure',
      'test("x", async ({ lane }) => { try { await expect(lane).toFindFacts(records) } catch {} })',
    ],
    ['test.fails', 'test.fails("x", async ({ lane }) => { await expect(lane).toFindFacts(records) })'],
    ['a body that asks one record', 'test("x", async ({ lane }) => { await lane.ask(records[0]) })'],
  ] as const)('is 1 for gates that did not pass behind %s', async ([, body]) => {
    answer = wrong
    await project.create(
      colourProject(server.endpoint, {
        'evals/colours.eval.ts': `import { describe, expect } from 'bench-memo'\ndescribe.lane('colours', ({ test, records }) => { ${body} })\n`,
      }),
    )
    expect((await project.run()).exitCode).toBe(1)
  })

  test('is 1 for wrong answers under concurrent tests too', async () => {
    answer = wrong
    await project.create(colourProject(server.endpoint))
    const { exitCode, output } = await project.run(['--reporter=bench-memo', '--sequence.concurrent'])
    expect(output).toContain('0 of 8 records good')
    expect(exitCode).toBe(1)
  })

  test('is 0 for failed gates alone under fail_on: never', async () => {
    answer = wrong
    await project.create(colourProject(server.endpoint, failNever()))
    expect((await project.run()).exitCode).toBe(0)
  })

  test.for([
    ['a failed test that is no gate', failing],
    [
      'an error that borrows the name of a gate',
      {
        'evals/own.eval.ts':
          "import { test } from 'bench-memo'\ntest('own', () => { throw Object.assign(new Error('broken'), { name: 'GateFailure' }) })\n",
      },
    ],
    ['an error at collection', { 'evals/own.eval.ts': "import './absent.ts'\n" }],
    [
      'an unhandled rejection',
      {
        'evals/own.eval.ts':
          "import { test } from 'bench-memo'\ntest('own', async () => { void Promise.reject(new Error('loose')); await new Promise((r) => setTimeout(r, 50)) })\n",
      },
    ],
  ] as const)('is 1 for %s, whatever fail_on says, and the error is shown', async ([, files]) => {
    answer = nameColour
    await project.create(colourProject(server.endpoint, { ...failNever(), ...files }))
    const { exitCode, output } = await project.run()
    expect(output).toMatch(/broken|absent\.ts|loose/)
    expect(output).toContain('local-fallback')
    expect(exitCode).toBe(1)
  })

  test('is 1 where no evidence came, and no memo is written', async () => {
    answer = nameColour
    await project.create(
      colourProject(server.endpoint, {
        ...failNever(),
        'evals/colours.eval.ts': "import { test } from 'bench-memo'\ntest('nothing', () => {})\n",
      }),
    )
    const { exitCode, output } = await project.run()
    expect(output).toContain('no evidence and no memo')
    expect(exitCode).toBe(1)
    expect(await project.list('.bench')).toEqual([])
  })
})

describe('trouble in the middle', () => {
  test('Ctrl-C keeps what was measured, writes a memo of the run, and leaves the latest one alone', async () => {
    let asked = 0
    let interrupt = () => {}
    answer = (prompt) => {
      asked += 1
      if (asked === 4) interrupt()
      return asked > 3 ? undefined : nameColour(prompt)
    }
    await project.create(
      colourProject(server.endpoint, {
        'bench.config.yaml': colourConfig(server.endpoint).replace('seconds_per_record: 5', 'seconds_per_record: 60'),
      }),
    )
    const { exitCode, output } = await project.run(['--reporter=bench-memo'], {
      onStart: (kill) => {
        interrupt = () => kill('SIGINT')
      },
    })
    expect(output).toContain('Memo: .bench/runs/')
    expect(exitCode).not.toBe(0)
    const [run] = await project.list('.bench/runs')
    const memo = JSON.parse(await project.read(`.bench/runs/${run}/memo.json`))
    expect(memo.incidents[0].what).toBe('The run was interrupted.')
    expect(memo.workloads[0].standings[0].verdicts).toContainEqual(
      expect.objectContaining({ gate: 'validity', status: 'insufficient', n: 3 }),
    )
    expect(await project.list('.bench')).not.toContain('latest')
  })

  test('a server that is not there gives one clear message, and no other gate is asked', async () => {
    answer = nameColour
    await project.create({
      ...colourProject('http://127.0.0.1:9/v1'),
    })
    const { exitCode, output } = await project.run(['--reporter=bench-memo', '--project', 'one'])
    expect(output.match(/127\.0\.0\.1:9/g)?.length).toBeLessThanOrEqual(3)
    expect(output).toContain('blocked')
    expect(exitCode).toBe(1)
  })
})

describe('other reporters and blobs', () => {
  test("stand beside Vitest's default reporter, whose lines stay whole", async () => {
    answer = nameColour
    await project.create(colourProject(server.endpoint))
    const { output } = await project.run(['--reporter=default', '--reporter=bench-memo'])
    expect(output).toMatch(/^ ✓ \|one\| evals\/colours\.eval\.ts \(8 tests\) \d+ms$/m)
    expect(output).toMatch(/^Colours +local-fallback +autonomous +one, otherwise queue$/m)
  })

  test('rebuild a run from its blob, through the same reader', async () => {
    answer = nameColour
    await project.create(colourProject(server.endpoint))
    await project.run(['--reporter=blob', '--reporter=bench-memo'])
    const memo = JSON.parse(await project.read('.bench/memo.json'))
    const { output } = await project.run(['--merge-reports', '--reporter=bench-memo'])
    const [, rebuilt] = (await project.list('.bench/runs')).sort()
    const merged = JSON.parse(await project.read(`.bench/runs/${rebuilt}/memo.json`))
    expect(output).toContain('local-fallback')
    expect(merged.workloads).toEqual(memo.workloads)
    expect(merged.run).toEqual(memo.run)
  })
})
