import { afterEach, expect, test } from 'vitest'
import { type AnsweringServer, startAnsweringServer } from '../support/answering-server.ts'
import { colourProject, createMiniProject, type MiniProject, nameColour } from '../support/mini-project.ts'

let server: AnsweringServer
let projects: MiniProject[] = []
afterEach(async () => {
  await Promise.all([...projects.map((project) => project.remove()), server.close()])
})

test('two Vitest processes at once on one machine wait for one another, and say so', async () => {
  const asked: string[] = []
  server = await startAnsweringServer(async ({ prompt }) => {
    asked.push(/the (\w+) colour/.exec(prompt)?.[1] ?? '')
    await new Promise((resolve) => setTimeout(resolve, 30))
    return nameColour(prompt)
  })
  projects = await Promise.all(
    ['first', 'second'].map((name) =>
      createMiniProject(
        colourProject(server.endpoint, {
          'datasets/colours/prompt.md': `# user\nName the ${name} colour: {{input}}\n`,
        }),
      ),
    ),
  )
  const runs = await Promise.all(projects.map((project) => project.run()))
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  const waited = runs.filter(({ output }) => /waiting for a run in .+ \(process \d+, since [\d:]+ UTC\)/.test(output))
  expect(waited).toHaveLength(1)
  const turns = asked.filter((name, index) => name !== asked[index - 1])
  expect(asked).toHaveLength(32)
  expect(turns).toHaveLength(2)
})
