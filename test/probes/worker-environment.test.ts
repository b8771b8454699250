import { describe, expect, test } from 'vitest'
import { endpointValue, tapTarget, workerEnvironment } from '../../src/probes/worker-environment.ts'

const tap = 'http://127.0.0.1:4000'

describe('the variable that points a worker at the tap', () => {
  test.for([
    ['OLLAMA_HOST', undefined, '127.0.0.1:4000'],
    ['OLLAMA_HOST', '0.0.0.0', '127.0.0.1:4000'],
    ['OLLAMA_HOST', 'http://gpu-box:11434', tap],
    ['OLLAMA_API_BASE', undefined, tap],
    ['OPENAI_BASE_URL', undefined, `${tap}/v1`],
    ['OPENAI_API_BASE', undefined, `${tap}/v1`],
    ['LLM_BASE_URL', undefined, `${tap}/v1`],
    ['MODEL_SERVER', undefined, tap],
    ['MODEL_SERVER', 'http://127.0.0.1:8080/v1/chat/completions', `${tap}/v1/chat/completions`],
  ] as const)('%s, now %s, becomes %s', ([name, present, expected]) => {
    expect(endpointValue(name, tap, '', present)).toBe(expected)
  })

  test('leaves out the path that the tap itself puts before every request', () => {
    const { target, prefix } = tapTarget('https://gateway.example/openai/v1/')
    expect({ target, prefix }).toEqual({ target: 'https://gateway.example/openai', prefix: '/openai' })
    expect(endpointValue('OPENAI_BASE_URL', tap, prefix, 'https://gateway.example/openai/v1')).toBe(`${tap}/v1`)
    expect(endpointValue('OPENAI_BASE_URL', tap, prefix, undefined)).toBe(`${tap}/v1`)
  })
})

test('a worker gets no variable that was not named, LOCAL_MODEL_TAG least of all', () => {
  const own = { PATH: '/bin', HOME: '/home', LC_ALL: 'C', LOCAL_MODEL_TAG: 'qwen', NODE_OPTIONS: '-r x', WANTED: '1' }
  expect(
    workerEnvironment({ environment: ['WANTED', 'NOT_SET'], endpoint_env: ['OLLAMA_HOST'] }, tap, '', own),
  ).toEqual({
    PATH: '/bin',
    HOME: '/home',
    LC_ALL: 'C',
    WANTED: '1',
    OLLAMA_HOST: '127.0.0.1:4000',
  })
})
