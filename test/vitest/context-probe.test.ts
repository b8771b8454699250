import { describe, expect, test } from 'vitest'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

const server = useAnsweringServer(({ prompt }) => nameColour(prompt))
const project = useMiniProject()

/** Two workloads of two files on one lane, so that a worker goes and another comes. */
const twoWorkloads = (gates = '') => ({
  'bench.config.yaml': `${colourConfig(server.endpoint)
    .replace('lanes: [one, two]', 'lanes: [one]')
    .replace('      context: { required: false }\n', gates)}
  again:
    title: Colours again
    dataset: datasets/colours
    privacy: public
    lanes: [one]
    limits: { seconds_per_record: 5 }
    gates: { validity: { consecutive: 8 }, quality: { minimum_records: 8 }${gates === '' ? '' : ', context: { required: false }'} }
`,
  'evals/again.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('again')\n",
})
const isProbe = ({ prompt }: { prompt: string }) => prompt.startsWith('The first code is')

describe('the probe of the context', () => {
  test('asks once a run, after the records of the first workload, and serves the second one too', async () => {
    await project.create(colourProject(server.endpoint, twoWorkloads()))
    const { exitCode, output } = await project.run()
    const kinds = server.asked.map((asked) => (isProbe(asked) ? 'probe' : 'record'))
    expect(kinds, output).toEqual([...Array(8).fill('record'), ...Array(4).fill('probe'), ...Array(8).fill('record')])
    const memo = JSON.parse(await project.read('.bench/memo.json'))
    for (const { standings } of memo.workloads) {
      const verdict = standings[0].verdicts.find(({ gate }: { gate: string }) => gate === 'context')
      expect(verdict).toMatchObject({ status: 'pass', n: 1 })
      expect(verdict.reason).toMatch(/^a prompt of \d+ tokens, over all that is declared, was taken whole/)
    }
    expect(memo.disagreements).toEqual([])
    expect(memo.lanes[0].context.effective).toMatchObject({ bound: 'at-least', by: 'counted' })
    expect(exitCode).toBe(0)
  })

  test('does not happen where no workload requires the gate', async () => {
    await project.create(colourProject(server.endpoint, twoWorkloads('      context: { required: false }\n')))
    const { exitCode } = await project.run()
    expect(server.asked.filter(isProbe)).toEqual([])
    expect(server.asked).toHaveLength(16)
    expect(exitCode).toBe(0)
  })
})
