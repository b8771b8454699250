import { expect, test } from 'vitest'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

const server = useAnsweringServer(({ prompt }) => nameColour(prompt))
const project = useMiniProject()

const configWith = (logs: string) => ({ 'bench.config.yaml': `${colourConfig(server.endpoint)}\nlogs: ${logs}\n` })
const line = (minutesAgo: number, text: string) =>
  `${new Date(Date.now() - minutesAgo * 60_000).toISOString()} ${text}\n`

test('a run reads the logs of its config once at its end and holds refusals against its answers', async () => {
  await project.create({
    ...colourProject(server.endpoint, configWith('{ paths: [governor.log, nothing.log], since: 1h }')),
    'governor.log':
      line(120, 'job=old blocked_local_quality') +
      line(5, 'scheduler queue_depth=2') +
      line(3, 'job=a blocked_local_quality user=jane@example.org') +
      line(2, 'job=b blocked_local_quality') +
      line(1, 'scheduler queue_depth=6') +
      line(1, 'job=b blocked_local_quality'),
  })
  await project.run()
  const markdown = await project.read('.bench/memo.md')
  expect(markdown).toContain('## What logs say')
  expect(markdown).toMatch(
    /\*\*Contradiction:\*\* logs refuse local work 3 times \(2 jobs\) between .* these jobs are 50 % of it/,
  )
  expect(markdown).toContain('blocked (synthetic rule `blocked-local`)')
  expect(markdown).toContain('No log was found for nothing.log.')
  expect(markdown).not.toContain('jane')
  const memo = memoSchema.parse(JSON.parse(await project.read('.bench/memo.json')))
  expect(memo.logs?.findings).toMatchObject([
    { rule: 'blocked-local', count: 3, first: { file: 'governor.log', line: 3 } },
  ])
  expect(memo.logs?.contradictions[0]?.evidence_ids[0]).toBe(memo.logs?.findings[0]?.evidence_id)
})

test('rules that cannot be used are an incident with their line, and no reason to lose the run', async () => {
  await project.create({
    ...colourProject(server.endpoint, configWith('{ paths: [governor.log], rules: own.yaml }')),
    'governor.log': line(1, 'job=a blocked_local_quality'),
    'own.yaml': 'version: 1\nrules:\n  - id: own\n',
  })
  await project.run()
  const markdown = await project.read('.bench/memo.md')
  expect(markdown).toMatch(/The logs were not read: .*own\.yaml:3:5 {2}rules\\\[0\\\]\.detector: missing/)
  expect(markdown).not.toContain('## What logs say')
})
