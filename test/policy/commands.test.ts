import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeEach, describe, expect, test } from 'vitest'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { coloursYaml, useColours } from './colours.ts'

let answer: string | undefined
const server = useAnsweringServer(() => answer)
const folder = useColours()
const bench = new URL('../../src/cli/bench-memo.ts', import.meta.url).pathname
const inFolder = (name: string) => join(folder.root, name)
async function run(...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [bench, ...args], {
    cwd: folder.root,
    reject: false,
    env: { OPENAI_BASE_URL: '', OLLAMA_HOST: '127.0.0.1:9' },
  })
  return { exitCode, stdout, stderr }
}

beforeEach(async () => {
  answer = '{"colour":"red"}'
  await writeFile(inFolder('bench.config.yaml'), coloursYaml(server.endpoint))
})

describe('bench-memo preflight', () => {
  test('prints one line of JSON and ends with 0 for go, 1 for no-go, 2 for unknown', async () => {
    const go = await run('preflight', 'colours')
    expect(go.exitCode).toBe(0)
    expect(go.stdout.split('\n')).toHaveLength(1)
    expect(JSON.parse(go.stdout)).toMatchObject({ verdict: 'go', model: 'echo', answer_ms: expect.any(Number) })
    await writeFile(inFolder('bench.config.yaml'), coloursYaml(server.endpoint).replace('Colours', 'Other colours'))
    answer = 'red'
    await writeFile(inFolder('.bench/policy.json'), '{"version":1,"blocks":[],"clearances":[],"proofs":[]}')
    expect((await run('preflight', 'colours')).exitCode).toBe(1)
    await writeFile(inFolder('.bench/policy.json'), '{')
    const unknown = await run('preflight', 'colours')
    expect(unknown.exitCode).toBe(2)
    expect(JSON.parse(unknown.stdout)).toMatchObject({ verdict: 'unknown' })
  })

  test.for([
    [
      'a workload that the config has not',
      'colors',
      undefined,
      'the config has no workload colors; did you mean "colours"?',
    ],
    ['a config with a mistake', 'colours', 'version: 1', 'bench.config.yaml'],
  ] as const)('leaves the verdict unknown for %s, and says so in the same line', async ([, workload, yaml, why]) => {
    if (yaml) await writeFile(inFolder('bench.config.yaml'), yaml)
    const { exitCode, stdout } = await run('preflight', workload)
    expect({ exitCode, ...JSON.parse(stdout) }).toEqual({
      exitCode: 2,
      verdict: 'unknown',
      workload,
      error: expect.stringContaining(why),
    })
  })

  test('says what it takes where it is called otherwise', async () => {
    for (const args of [[], ['a', 'b'], ['colours', '--deadline', 'soon'], ['colours', '--later']]) {
      const { exitCode, stdout, stderr } = await run('preflight', ...args)
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toContain('bench-memo preflight <workload>')
    }
  })
})

describe('bench-memo check', () => {
  test('refuses with 1 what the validator refuses, and leaves what nothing proves unknown with 2', async () => {
    await writeFile(inFolder('in.txt'), 'A red door')
    await writeFile(inFolder('out.json'), '{"colour":"green"}')
    await writeFile(inFolder('record.json'), '{"requested_model":"echo","observed_model":"echo"}')
    const files = ['--input', 'in.txt', '--output', 'out.json', '--record', 'record.json']
    expect((await run('check', 'colours', ...files)).exitCode).toBe(1)
    await writeFile(inFolder('out.json'), '{"colour":"red"}')
    const unknown = await run('check', 'colours', ...files)
    expect({ exitCode: unknown.exitCode, verdict: JSON.parse(unknown.stdout).verdict }).toEqual({
      exitCode: 2,
      verdict: 'unknown',
    })
  })
})

describe('a file that an option names and that cannot be read', () => {
  test('is said with its option, whatever the command', async () => {
    await writeFile(inFolder('in.txt'), 'A red door')
    const check = await run('check', 'colours', '--input', 'in.txt', '--output', 'gone.json')
    expect({ exitCode: check.exitCode, error: JSON.parse(check.stdout).error }).toEqual({
      exitCode: 2,
      error: expect.stringMatching(/^--output gone\.json cannot be read: there is no such file/),
    })
    const probe = await run('probe', '--model', 'echo', '--prompt-file', '.')
    expect(probe.exitCode).toBe(2)
    expect(probe.stderr).toContain('--prompt-file . cannot be read: it is a folder')
  })
})

describe('bench-memo probe', () => {
  test('asks the prompt as often as told, and says how long it took and who answered', async () => {
    await writeFile(inFolder('prompt.txt'), 'Which colour is it?')
    const { exitCode, stdout } = await run(
      'probe',
      '--model',
      'echo',
      '--prompt-file',
      'prompt.txt',
      '--runs',
      '3',
      '--json',
    )
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      requested_model: 'echo',
      runs: 3,
      answered: 3,
      failures: [],
      identity: { status: 'pass' },
      populations: [{ total: { n: 3 } }],
      exit_status: 0,
      evidence: expect.stringMatching(/^\.bench\/operations\//),
    })
    expect(server.asked.map(({ prompt }) => prompt)).toEqual(Array(3).fill('Which colour is it?'))
  })

  test('knows the lanes of a config above, and says what a number may be before anything is asked', async () => {
    await writeFile(inFolder('prompt.txt'), 'Which colour is it?')
    const words = ['probe', '--model', 'echo', '--prompt-file', inFolder('prompt.txt'), '--runs', '1', '--json']
    const { exitCode, stdout } = await execa(process.execPath, [bench, ...words], { cwd: inFolder('colours') })
    expect({ exitCode, lane: JSON.parse(stdout).lane }).toEqual({ exitCode: 0, lane: 'quality' })
    server.asked.length = 0
    for (const [option, value] of [
      ['--seconds', '99999999'],
      ['--output-tokens', '99999999'],
      ['--runs', '0'],
    ] as const) {
      const wrong = await run(...words, option, value)
      expect({ exitCode: wrong.exitCode, stdout: wrong.stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(wrong.stderr).toContain(`${option} takes a whole number from 1 `)
    }
    expect(server.asked).toEqual([])
  })

  test('ends with 1 where the runtime does not answer, and where nothing here has the model', async () => {
    await writeFile(inFolder('prompt.txt'), 'Which colour is it?')
    const none = await run('probe', '--model', 'qwen3.6:27b', '--prompt-file', 'prompt.txt')
    expect(none.exitCode).toBe(1)
    expect(none.stderr).toContain('no lane of the config and no runtime that answers here has the model qwen3.6:27b')
    await writeFile(inFolder('bench.config.yaml'), coloursYaml('http://127.0.0.1:9/v1'))
    const gone = await run('probe', '--model', 'echo', '--prompt-file', 'prompt.txt', '--runs', '2')
    expect(gone.exitCode).toBe(1)
  })
})
