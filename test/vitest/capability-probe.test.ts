import { describe, expect, test } from 'vitest'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

/** It takes every field of a request and heeds none: the same JSON object, streamed, whatever is asked. */
const server = useAnsweringServer(({ prompt }) => nameColour(prompt))
const project = useMiniProject()

const isProbe = ({ prompt }: { prompt: string }) => prompt === 'Say hello.'
/** Two workloads of two files on one lane, so that a worker goes and another comes. */
const twoWorkloads = (seconds: number) => ({
  'bench.config.yaml': `${colourConfig(server.endpoint)
    .replace('capability_probe: { seconds: 0 }', `capability_probe: { seconds: ${seconds} }`)
    .replace('lanes: [one, two]', 'lanes: [one]')}
  again:
    title: Colours again
    dataset: datasets/colours
    privacy: public
    lanes: [one]
    limits: { seconds_per_record: 5 }
    gates: { validity: { consecutive: 8 }, quality: { minimum_records: 8 }, context: { required: false } }
`,
  'evals/again.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('again')\n",
})

describe('the probe of capabilities', () => {
  test('asks once a run, after the records of the first workload, and names a schema that is dropped', async () => {
    await project.create(colourProject(server.endpoint, twoWorkloads(30)))
    const { exitCode, output } = await project.run()
    // Think unset, off and on; streamed or not; a schema, JSON mode, neither.
    const asked = 3 * 2 * 3
    const kinds = server.asked.map((each) => (isProbe(each) ? 'probe' : 'record'))
    expect(kinds, output).toEqual([
      ...Array(8).fill('record'),
      ...Array(asked).fill('probe'),
      ...Array(8).fill('record'),
    ])
    const memo = JSON.parse(await project.read('.bench/memo.json'))
    const { readings, findings } = memo.lanes[0].capability
    const constraints = (structure: string) =>
      new Set(
        readings
          .filter((each: { structure: string }) => each.structure === structure)
          .map((each: { constraint: string }) => each.constraint),
      )
    expect(constraints('json-schema')).toEqual(new Set(['dropped']))
    // It answers JSON of its own accord, so that its JSON shows nothing.
    expect(constraints('json-mode')).toEqual(new Set(['undecided']))
    expect(findings[0].text).toMatch(
      /^the lane asks in a way in which its schema is silently ignored: .*write structured_output: none in lanes: \{ one \}/,
    )
    expect(await project.read('.bench/memo.md')).toContain('**one:** the lane asks in a way')
    // Answers are judged by their validity; a dropped schema alone fails no gate.
    expect(exitCode).toBe(0)
  })

  test('is left out by a cap of 0 seconds', async () => {
    await project.create(colourProject(server.endpoint, twoWorkloads(0)))
    const { exitCode } = await project.run()
    expect(server.asked.filter(isProbe)).toEqual([])
    expect(JSON.parse(await project.read('.bench/memo.json')).lanes[0]).not.toHaveProperty('capability')
    expect(exitCode).toBe(0)
  })
})
