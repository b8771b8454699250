import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

let answer: (prompt: string) => string
const server = useAnsweringServer(({ prompt }) => answer(prompt))
const project = useMiniProject()

/** Two of eight are wrong: the quality gate fails. */
const asBefore = (prompt: string) => (/red|green/.test(prompt) ? '{"colour":"none"}' : nameColour(prompt))

test('under fail_on: regression what was no better before passes, what got worse fails, and so does a missing baseline', async () => {
  answer = asBefore
  await project.create(
    colourProject(server.endpoint, {
      'bench.config.yaml': `${colourConfig(server.endpoint).replace('lanes: [one, two]', 'lanes: [one]')}\nfail_on: regression\n`,
    }),
  )
  const first = await project.run()
  expect(first.output).toContain('there is no baseline to compare with')
  expect(first.exitCode).toBe(1)

  const [run] = await project.list('.bench/runs')
  await cp(
    join(project.folder, '.bench/runs', run as string, 'evidence'),
    join(project.folder, 'bench-runs/baseline'),
    {
      recursive: true,
    },
  )
  const second = await project.run()
  expect(second.output).toMatch(/quality +no evidence of change .*6 of 8 good in A, 6 in B/)
  expect(second.exitCode, second.output).toBe(0)

  const stopping = await project.run(undefined, { env: { BENCH_MEMO_RUN: 'gate' } })
  expect(stopping.output, 'a run that stopped early would not compare').toMatch(/quality +no evidence of change/)
  expect(stopping.exitCode, stopping.output).toBe(0)

  answer = (prompt) => (/coral/.test(prompt) ? 'no JSON' : asBefore(prompt))
  const broken = await project.run()
  expect(broken.output).toMatch(/validity +(?:no evidence of change|too few to say)/)
  expect(broken.output).toMatch(/validity +passes in A, in B it fails: c-8: /)
  expect(broken.exitCode, 'one record broke a gate that held').toBe(1)

  answer = () => 'no JSON at all'
  const third = await project.run()
  expect(third.output).toMatch(/validity +regressed/)
  expect(third.exitCode).toBe(1)
}, 120_000)
