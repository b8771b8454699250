import { describe, expect, test } from 'vitest'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

/** `echo` fences its JSON; `other` answers as asked, tells a secret of one record, and grades. */
const server = useAnsweringServer(({ model, prompt }) => {
  if (prompt.startsWith('Grade')) return JSON.stringify({ grade: prompt.includes('amber') ? 'poor' : 'good' })
  if (model === 'echo') return `Here it is:\n\`\`\`json\n${nameColour(prompt)}\n\`\`\``
  return nameColour(prompt).replace('coral', 'coral HUNTER2 99')
})
const project = useMiniProject()

const colours = ['red', 'green', 'blue', 'black', 'white', 'amber', 'olive', 'coral']
const records = colours.map((colour, index) =>
  JSON.stringify({
    ...{ id: `c-${index + 1}`, input: `It is ${colour}.`, expected: { colour } },
    ...(colour === 'coral' && { forbidden: ['no such words', 'hunter2-99'] }),
  }),
)
const graders = '    graders: { useful: { lane: two, prompt: graders/useful.md, grades: [good, poor] } }'

async function run(privacy: 'public' | 'private') {
  await project.create(
    colourProject(server.endpoint, {
      'bench.config.yaml': colourConfig(server.endpoint, graders).replace('privacy: public', `privacy: ${privacy}`),
      'datasets/colours/records.jsonl': records.join('\n'),
      'graders/useful.md': '# user\nGrade {{input}} by {{answer}}\n',
    }),
  )
  const { output } = await project.run()
  const [id] = await project.list('.bench/runs')
  const folder = `.bench/runs/${id}`
  const segments = await project.list(`${folder}/evidence`)
  const evidence = (await Promise.all(segments.map((segment) => project.read(`${folder}/evidence/${segment}`)))).join(
    '',
  )
  const memo = memoSchema.parse(JSON.parse(await project.read(`${folder}/memo.json`)))
  return { output, evidence, memo, markdown: await project.read(`${folder}/memo.md`) }
}

describe('a run', () => {
  test('tells what stripping fences would do, grades by another lane, and writes no forbidden text anywhere', async () => {
    const { output, evidence, memo, markdown } = await run('public')
    const [workload] = memo.workloads
    const [one, two] = workload?.answers ?? []
    expect(one?.rates).toMatchObject({
      raw: { successes: 0, n: 8 },
      extracted: { successes: 8 },
      repaired: { successes: 8 },
    })
    expect(one?.failure_classes).toMatchObject([{ cause: 'not JSON', records: 8 }])
    expect(two?.rates.raw).toMatchObject({ successes: 8, n: 8 })
    expect(markdown).toContain(
      'one: strip the code fence in a deterministic step after the model: 8 of 8 valid instead of 0, 8 of 8 records good (quality pass)',
    )

    const quality = workload?.standings[1]?.verdicts.find(({ gate }) => gate === 'quality')
    expect(quality).toMatchObject({
      status: 'fail',
      leaks: 1,
      offender: { record_id: 'c-8', why: 'forbidden text 2 stands in the answer' },
    })
    for (const text of [output, evidence, markdown, JSON.stringify(memo)]) expect(text).not.toMatch(/hunter/i)

    expect(workload?.grades).toMatchObject([
      { lane: 'one', grading_lane: 'two', is_same_lane: false, n: 8, good: 7, unreadable: 0 },
      { lane: 'two', grading_lane: 'two', is_same_lane: true, n: 8, good: 7 },
    ])
    expect(server.asked.filter(({ prompt }) => prompt.startsWith('Grade')).map(({ model }) => model)).toEqual(
      Array(16).fill('other'),
    )
  })

  test('grades what a private workload answered, and stores neither answers nor prompts', async () => {
    const { evidence, memo } = await run('private')
    expect(memo.workloads[0]?.grades.map(({ n, good }) => [n, good])).toEqual([
      [8, 7],
      [8, 7],
    ])
    for (const colour of ['green', 'amber', 'coral']) expect(evidence).not.toContain(colour)
  })
})
