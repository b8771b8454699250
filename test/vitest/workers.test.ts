import { describe, expect, test } from 'vitest'
import { colourConfig, colourProject, nameColour } from '../support/mini-project.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { useMiniProject } from '../support/use-mini-project.ts'

const server = useAnsweringServer(({ prompt }) => nameColour(prompt))
const project = useMiniProject()

const payload = "{ model: '{{model}}', messages: [{ role: user, content: '{{input}}' }], stream: true }"
const curl = 'curl --silent --fail "$OPENAI_BASE_URL/chat/completions" --data-binary @-'

/** A worker of the colours on lane `one`. */
function withWorker(script: string) {
  const config = colourConfig(
    server.endpoint,
    `workers:
  painter:
    workload: colours
    lane: one
    command: [sh, -c, '${script}']
    payload: stdin
    payload_template: ${payload}
    endpoint_env: [OPENAI_BASE_URL]
`,
  )
  return project.create(colourProject(server.endpoint, { 'bench.config.yaml': config }))
}

describe('describe.lane', () => {
  test('runs a workload’s workers once, on their lane only, and judges them', async () => {
    await withWorker(`exec ${curl}`)
    const { exitCode, output } = await project.run()
    expect(output).toMatch(/pass +worker +1 run, 1 request for echo/)
    expect(output.match(/ worker {2}/g)).toHaveLength(1)
    expect(exitCode, output).toBe(0)
    // Eight records on each of two lanes, and one for the worker: what the control asks never gets here.
    expect(server.asked.filter(({ prompt }) => prompt.startsWith('Name the colour'))).toHaveLength(16)
    expect(server.asked.filter(({ prompt }) => prompt === 'It is red.')).toMatchObject([{ model: 'echo' }])
  })

  test('runs no more than the workers with -t worker, and a broken one fails the run', async () => {
    await withWorker(`${curl} || true`)
    const { exitCode, output } = await project.run(['--reporter=bench-memo', '-t', 'worker'])
    expect(output).toContain('painter parts at its exit: it swallowed the failure')
    expect(exitCode).toBe(1)
    expect(server.asked.some(({ prompt }) => prompt.startsWith('Name the colour'))).toBe(false)
  })
})
