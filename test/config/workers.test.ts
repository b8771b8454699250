import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { refusal, refusalMessage, validConfig } from './config-text.ts'

const worker = `workers:
  delegate:
    workload: support-summary
    lane: local-quality
    command: [python3, scheduler.py]
    payload: stdin
    endpoint_env: [OPENAI_BASE_URL]
`
const withWorker = (piece = '', replacement = '') => {
  if (!worker.includes(piece)) throw new Error(`the worker does not hold ${piece}`)
  return `${validConfig}${worker.replace(piece, () => replacement)}`
}

describe('workers of a config', () => {
  test('are optional', () => {
    expect(parseConfig(validConfig, 'x').workers).toEqual({})
  })

  test('get a payload with selected_model, two minutes and one record where the file says no more', () => {
    expect(parseConfig(withWorker(), 'x').workers.delegate).toMatchObject({
      payload_template: { selected_model: '{{model}}', input: '{{input}}' },
      folder: '.',
      environment: [],
      seconds: 120,
      records: 1,
    })
  })

  test.for([
    [
      'an unknown workload',
      'support-summary',
      'suport-summary',
      'no workload is named "suport-summary"; did you mean "support-summary"?',
    ],
    [
      'an unknown lane',
      'local-quality',
      'local-qualty',
      'no lane is named "local-qualty"; did you mean "local-quality"?',
    ],
    [
      'a lane that is no candidate',
      'workload: support-summary',
      'workload: redaction',
      'lane local-quality is no candidate of redaction',
    ],
    [
      'an embedded lane',
      'lane: local-quality',
      'lane: local-fast',
      'lane local-fast is embedded: only the bench can ask that engine',
    ],
    [
      'an unknown fallback',
      'payload: stdin',
      'payload: stdin\n    fallback: { lane: cluod, endpoint_env: [FALLBACK_URL] }',
      'no lane is named "cluod"; did you mean "cloud"?',
    ],
    [
      'a fallback on the lane that is to fail',
      'payload: stdin',
      'payload: stdin\n    fallback: { lane: local-quality, endpoint_env: [FALLBACK_URL] }',
      'local-quality is the lane that is to fail; name another one',
    ],
    [
      "a fallback's variable that is the lane's too",
      'payload: stdin',
      'payload: stdin\n    fallback: { lane: cloud, endpoint_env: [OPENAI_BASE_URL] }',
      'OPENAI_BASE_URL is named twice; keep one',
    ],
    [
      'the tag among the endpoints',
      '[OPENAI_BASE_URL]',
      '[OPENAI_BASE_URL, LOCAL_MODEL_TAG]',
      'LOCAL_MODEL_TAG is observed in the worker, never passed on',
    ],
    [
      'a variable named twice',
      '[OPENAI_BASE_URL]',
      '[OPENAI_BASE_URL]\n    environment: [OPENAI_BASE_URL]',
      'OPENAI_BASE_URL is named twice; keep one',
    ],
    ['arguments without the model', 'payload: stdin', 'payload: arguments', 'none of them is {model}'],
    [
      'a payload without the model',
      'payload: stdin',
      "payload: stdin\n    payload_template: { input: '{{input}}' }",
      'the selected model is not in the payload',
    ],
    [
      'a value instead of a name',
      '[OPENAI_BASE_URL]',
      "['http://127.0.0.1:9']",
      'name an environment variable (A-Z, 0-9, _), never its value',
    ],
    ['no endpoint', '[OPENAI_BASE_URL]', '[]', 'expected at least 1 element'],
    [
      'a pointer that is none',
      'payload: stdin',
      'payload: stdin\n    reports_model: { pointer: model }',
      'write a JSON pointer such as /observed_model',
    ],
    ['an unknown key', 'payload: stdin', 'payload: stdin\n    recods: 2', 'unknown key; did you mean "records"?'],
  ] as const)('are refused with %s, and told what to do', ([, piece, replacement, message]) => {
    expect(refusalMessage(withWorker(piece, replacement))).toContain(message)
  })

  test('of a private workload are refused on a cloud lane', () => {
    const text = withWorker('lane: local-quality', 'lane: cloud').replace('privacy: internal', 'privacy: private')
    expect(refusalMessage(text)).toContain('private text never goes there, through no worker either')
  })

  test('of an internal workload may use a cloud lane', () => {
    expect(parseConfig(withWorker('lane: local-quality', 'lane: cloud'), 'x').workers.delegate?.lane).toBe('cloud')
  })

  test('never show a secret that stands on their command line', () => {
    const secret = 'sk-proj-abcdefgh12345678ijkl'
    const { message, problems } = refusal(withWorker('scheduler.py]', `scheduler.py, '--key=${secret}']`))
    expect(message).not.toContain(secret)
    expect(problems[0]).toMatchObject({ code: 'secret', path: 'workers.delegate.command[2]' })
  })
})
