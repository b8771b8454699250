import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

let answer: (prompt: string) => string
const server = useAnsweringServer(({ prompt }) => answer(prompt))
const project = useMiniProject()

/** Breaks the contract at one record. */
const onceBroken = (prompt: string) => (prompt.includes('blue') ? 'It is blue.' : nameColour(prompt))
const one = ['--reporter=bench-memo', '--project', 'one']

type Memo = ReturnType<typeof memoSchema.parse>
async function latestMemo(): Promise<Memo> {
  const runs = (await project.list('.bench/runs')).sort()
  return memoSchema.parse(JSON.parse(await project.read(`.bench/runs/${runs.at(-1)}/memo.json`)))
}
const gateOf = (memo: Memo, gate: string) =>
  memo.workloads[0]?.standings[0]?.verdicts.find((verdict) => verdict.gate === gate)
const withTemperature = (temperature: number, more = '') =>
  colourConfig(server.endpoint, more).replace('model: echo,', `model: echo, temperature: ${temperature},`)

describe('a pass is not to be had by repetition', { timeout: 240_000 }, () => {
  test('of the same trial, at temperature 0: the record that failed once fails every run after', async () => {
    await project.create(colourProject(server.endpoint))
    answer = onceBroken
    expect((await project.run(one)).exitCode).toBe(1)
    answer = nameColour
    const again = await project.run(one)
    expect(again.exitCode).toBe(1)
    expect(again.output).toContain('colours on one: attempt 2 known here; failed in 1 of the 1 before')
    expect(again.output).toContain('1 of 8 answers are not those of the attempt before, though the temperature is 0')
    const third = await project.run(one)
    expect(third.exitCode).toBe(1)
    expect(third.output).toContain('attempt 3 known here; failed in 1 of the 2 before')

    const memo = await latestMemo()
    expect(memo.attempts).toMatchObject([{ lane: 'one', attempt: 3, failed: 1 }])
    expect(gateOf(memo, 'validity')).toMatchObject({ status: 'fail', n: 8, successes: 7 })
    expect(gateOf(memo, 'validity')?.reason).toContain('which a repetition does not wash out; in this one 8 of 8 valid')
    expect(gateOf(memo, 'validity')?.remedy).toContain('that begins a new trial')
    expect(memo.disagreements).toEqual([])
  })

  test('of another draw, at a temperature above 0: neither with the seed that failed nor with another one', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'bench.config.yaml': withTemperature(0.8),
    })
    answer = onceBroken
    await project.run(one)
    answer = nameColour
    await project.replace(
      'bench.config.yaml',
      withTemperature(0.8).replace('temperature: 0.8,', 'temperature: 0.8, seed: 7,'),
    )
    const { exitCode, output } = await project.run(one)
    expect(exitCode).toBe(1)
    expect(output).toContain('attempt 2 known here; failed in 1 of the 1 before')
  })

  test('of a killed run, of a lane with another name, or of fewer records', async () => {
    await project.create(colourProject(server.endpoint))
    answer = (prompt) => (prompt.includes('coral') ? 'It is coral.' : nameColour(prompt))
    await project.run(one)
    for (const run of await project.list('.bench/runs')) {
      await rm(join(project.folder, '.bench/runs', run, 'memo.json'))
    }
    answer = nameColour
    await project.replace(
      'bench.config.yaml',
      colourConfig(server.endpoint)
        .replace('  one: {', '  renamed: {')
        .replace('lanes: [one, two]', 'lanes: [renamed, two]')
        .replace('seconds_per_record: 5', 'seconds_per_record: 5, records: 7')
        .replace('consecutive: 8', 'consecutive: 7')
        .replace('minimum_records: 8', 'minimum_records: 7'),
    )
    const { exitCode } = await project.run(['--reporter=bench-memo', '--project', 'renamed'])
    expect(exitCode).toBe(1)
    expect(gateOf(await latestMemo(), 'validity')).toMatchObject({ status: 'fail', successes: 7, n: 8 })
  })

  test('within one run: by a retried test, a repeated one, or a second suite', async () => {
    const tries = new Map<string, number>()
    answer = (prompt) => {
      tries.set(prompt, (tries.get(prompt) ?? 0) + 1)
      return tries.get(prompt) === 1 ? onceBroken(prompt) : nameColour(prompt)
    }
    const suite = (title: string) => `
describe.lane('colours', ({ test, records }) => {
  test('${title}', { retry: 2, repeats: 1 }, async ({ lane }) => { await expect(lane).toKeepContract(records) })
})`
    await project.create({
      ...colourProject(server.endpoint),
      'evals/colours.eval.ts': `import { describe, expect } from 'bench-memo'\n${suite('first')}\n${suite('second')}`,
      'evals/more.eval.ts': `import { describe, expect } from 'bench-memo'\n${suite('third')}`,
    })
    expect((await project.run(one)).exitCode).toBe(1)
    expect(gateOf(await latestMemo(), 'validity')).toMatchObject({ status: 'fail', n: 8, successes: 7 })
  })
})

describe('another trial begins', { timeout: 240_000 }, () => {
  const failFirst = async (): Promise<void> => {
    await project.create(colourProject(server.endpoint))
    answer = onceBroken
    await project.run(one)
    answer = nameColour
  }

  test('with another prompt', async () => {
    await failFirst()
    await project.replace('datasets/colours/prompt.md', '# user\nName the colour in one word: {{input}}\n')
    const { exitCode, output } = await project.run(one)
    expect(exitCode).toBe(0)
    expect(output).not.toContain('attempt')
  })

  test('with what the record is checked against, for that record alone', async () => {
    await failFirst()
    const records = await project.read('datasets/colours/records.jsonl')
    await project.replace(
      'datasets/colours/records.jsonl',
      records.replace('"colour":"blue"', '"colour":["blue","azure"]'),
    )
    const { exitCode, output } = await project.run(one)
    expect(exitCode).toBe(0)
    expect(output).toContain('attempt 2 known here; none of those before failed')
  })

  test('never by a failed machine: a call without an answer is no attempt of the model', async () => {
    await project.create({
      ...colourProject(server.endpoint),
      'bench.config.yaml': colourConfig('http://127.0.0.1:9/v1'),
    })
    answer = nameColour
    expect((await project.run(one)).exitCode).toBe(1)
    await project.replace('bench.config.yaml', colourConfig(server.endpoint))
    const { exitCode, output } = await project.run(one)
    expect(exitCode).toBe(0)
    expect(output).not.toContain('attempt')
  })
})
