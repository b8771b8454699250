import { describe, expect, test } from 'vitest'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

/** `one` names every colour, `two` breaks the contract at the third record. */
const server = useAnsweringServer(({ model, prompt }) =>
  model === 'other' && prompt.includes('blue') ? 'It is blue.' : nameColour(prompt),
)
const project = useMiniProject()

const gateRun = { env: { BENCH_MEMO_RUN: 'gate' } }
const askedOf = (model: string) => server.asked.filter((each) => each.model === model).length

async function memoOf(): Promise<ReturnType<typeof memoSchema.parse>> {
  const [run] = await project.list('.bench/runs')
  return memoSchema.parse(JSON.parse(await project.read(`.bench/runs/${run}/memo.json`)))
}

describe('a gate run', { timeout: 120_000 }, () => {
  test('stops asking a lane whose validity has failed, says why, what it saved, and replaces no latest memo', async () => {
    await project.create(colourProject(server.endpoint))
    const { exitCode, output } = await project.run(undefined, gateRun)
    expect(exitCode).toBe(1)
    expect([askedOf('echo'), askedOf('other')]).toEqual([8, 3])
    expect(output).toContain('colours on two: stopped early, because validity had failed: 3 of 8 asked, 5 saved')
    // Once for all gates that were still open.
    expect(
      output.match(/colours on two is insufficient, stopped early, because validity had failed \(3 of 8/g),
    ).toHaveLength(1)
    expect(await project.list('.bench')).not.toContain('latest')

    const memo = await memoOf()
    expect(memo.run).toMatchObject({ mode: 'gate', filters: [] })
    expect(memo.curtailed).toMatchObject([
      { workload: 'colours', lane: 'two', gate: 'validity', asked: 3, calls_saved: 5 },
    ])
    expect(memo.value).toEqual([])
    const [one, two] = memo.workloads[0]?.standings ?? []
    expect(one?.status).toBe('conditional')
    expect(two).toMatchObject({ status: 'unfit' })
    expect(two?.verdicts.map(({ status }) => status)).not.toContain('pass')
    expect(memo.disagreements).toEqual([])
  })

  test('is asked for by the config too; the environment goes before it, and a memo run asks every record', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'bench.config.yaml': colourConfig(server.endpoint, 'run: gate'),
    })
    await project.run(['--project', 'two', '--reporter=bench-memo'])
    expect(server.asked).toHaveLength(3)
    server.asked.length = 0
    await project.run(['--project', 'two', '--reporter=bench-memo'], { env: { BENCH_MEMO_RUN: 'memo' } })
    expect(server.asked).toHaveLength(8)
  })

  test('says which words BENCH_MEMO_RUN takes', async () => {
    await project.create(colourProject(server.endpoint))
    const { output } = await project.run(undefined, { env: { BENCH_MEMO_RUN: 'fast' } })
    expect(output).toContain('BENCH_MEMO_RUN  this variable says what a run is for: write memo or gate')
  })

  test('probes the context for a workload that passes, where its own suite leaves that to another that was stopped', async () => {
    const lane = 'one: { runtime: server, model: echo,'
    await project.create({
      ...colourProject(server.endpoint),
      'bench.config.yaml': colourConfig(server.endpoint)
        .replace('context: { required: false }', 'context: { required: true }')
        .replace(lane, `${lane} context: 512,`)
        .replace('lanes: [one, two]', 'lanes: [one]'),
      'evals/colours.eval.ts': `
import { describe, expect } from 'bench-memo'
describe.lane('colours', ({ test, records }) => {
  test('keeps its contract', async ({ lane }) => { await expect(lane).toKeepContract(records) })
})`,
    })
    await project.run(undefined, gateRun)
    const context = (await memoOf()).workloads[0]?.standings[0]?.verdicts.find(({ gate }) => gate === 'context')
    expect(context?.status).not.toBe('not-measured')
  })

  test('asks no more in a second suite, and gives its own gates no pass', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'evals/colours.eval.ts': `
import { describe, expect } from 'bench-memo'
describe.lane('colours', ({ test, records }) => {
  test('keeps its contract', async ({ lane }) => { await expect(lane).toKeepContract(records) })
})
describe.lane('colours', ({ test, records }) => {
  test('keeps it on two', async ({ lane }) => { await expect(lane).toKeepContract(records.slice(0, 2), { consecutive: 2 }) })
  test('finds facts', async ({ lane }) => { await expect(lane).toFindFacts(records) })
})`,
    })
    const { exitCode, output } = await project.run(['--reporter=default', '--project', 'two'], gateRun)
    expect(server.asked).toHaveLength(3)
    expect(output).toContain('Tests  3 failed')
    expect(exitCode).toBe(1)
  })
})
