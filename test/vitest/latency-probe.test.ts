import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  colourConfig,
  colourProject,
  createMiniProject,
  type MiniProject,
  nameColour,
} from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'

/** What was asked, in order, and how many questions were open when it came. */
let seen: { kind: 'record' | 'probe'; open: number }[] = []
let open = 0
const server = useAnsweringServer(async ({ prompt }) => {
  open += 1
  seen.push({ kind: /^\d{9} is the number of this story/.test(prompt) ? 'probe' : 'record', open })
  await new Promise((resolve) => setTimeout(resolve, 30))
  open -= 1
  return nameColour(prompt)
})
let project: MiniProject
beforeEach(() => {
  seen = []
})
afterEach(() => project.remove())

/** Two workloads of two files on one lane, so that a worker goes and another comes; records are asked for all at once. */
const twoWorkloads = (lane: string) => ({
  'bench.config.yaml': `${colourConfig(server.endpoint)
    .replace('lanes: [one, two]', 'lanes: [one]')
    .replace('latency_probe: { calls: 0 }', lane)}
  again:
    title: Colours again
    dataset: datasets/colours
    privacy: public
    lanes: [one]
    limits: { seconds_per_record: 5 }
    gates: { validity: { consecutive: 8 }, quality: { minimum_records: 8 }, context: { required: false } }
`,
  'evals/colours.eval.ts': together('colours'),
  'evals/again.eval.ts': together('again'),
})
const together = (workload: string) => `
import { describe } from 'bench-memo'
import { expect } from 'vitest'
describe.lane('${workload}', ({ test }) => {
  test('answers all that is asked at once', async ({ lane, records }) => {
    const completions = await Promise.all(records.map((record) => lane.ask(record)))
    expect(completions).toHaveLength(8)
    await lane.judge('latency')
  })
})
`

describe('the probe of the speed', () => {
  test('asks once a run, after the first records; only the sweep asks several things at a time', async () => {
    const lane = 'latency_probe: { calls: 3 }, concurrency_sweep: [4]'
    project = await createMiniProject(colourProject(server.endpoint, twoWorkloads(lane)))
    const { output } = await project.run()
    const records = Array(8).fill({ kind: 'record', open: 1 })
    expect(seen, output).toEqual([
      ...records,
      ...Array(3).fill({ kind: 'probe', open: 1 }),
      { kind: 'probe', open: 1 },
      ...[1, 2, 3, 4].map((at_once) => ({ kind: 'probe', open: at_once })),
      ...records,
    ])
    const memo = JSON.parse(await project.read('.bench/memo.json'))
    // This server answers in one piece: no step between tokens can be seen, nor when an answer was made.
    expect(memo.lanes[0].speed).toMatchObject({
      prompt: { n: 3, measured_on: 'probe' },
      concurrency: { judgement: 'unclear' },
      findings: [],
    })
    expect(memo.lanes[0].speed).not.toHaveProperty('generated')
    expect(memo.disagreements).toEqual([])
  })

  test('does not happen where the lane says no calls', async () => {
    project = await createMiniProject(colourProject(server.endpoint, twoWorkloads('latency_probe: { calls: 0 }')))
    const { output } = await project.run()
    expect(seen, output).toEqual(Array(16).fill({ kind: 'record', open: 1 }))
  })
})
