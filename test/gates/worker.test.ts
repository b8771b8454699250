import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BenchConfig } from '../../src/config/schema.ts'
import type { Evidence, EvidenceOf } from '../../src/evidence/schema.ts'
import { judge } from '../../src/gates/judge.ts'
import { benchConfig, completions } from '../support/evidence.ts'
import { laneModel, processes, request, withWorker, workerRun } from '../support/worker-evidence.ts'

const config = withWorker(benchConfig())
const judged = (evidence: readonly Evidence[], by: BenchConfig = config) =>
  judge('worker', { config: by, lane: 'local', workload: 'work', evidence })
const reasonOf = (changes: Partial<EvidenceOf<'worker'>>) => {
  const { status, reason } = judged([workerRun(config, changes)])
  return `${status}: ${reason.replace('delegate parts at ', '')}`
}
const other = 'phi4-mini'

describe('the worker gate', () => {
  test('does not apply where the config names no worker for the workload on the lane', () => {
    expect(judged([], benchConfig()).status).toBe('not-applicable')
    expect(judged([], withWorker(benchConfig(), 'local-two')).status).toBe('not-applicable')
  })

  test('is not measured where a worker was not run: that is no pass', () => {
    const two = withWorker(config, 'local', 'second')
    expect(judged([], two)).toMatchObject({ status: 'not-measured', n: 0, needed: 2, required: true })
    expect(judged([workerRun(two)], two)).toMatchObject({
      status: 'not-measured',
      n: 1,
      reason: expect.stringContaining('second'),
    })
  })

  test('passes where the model is the same from payload to record, and a payload with another one is followed', () => {
    expect(judged([workerRun(config)])).toMatchObject({ status: 'pass', n: 1, needed: 1 })
  })

  test('is insufficient where fewer records were submitted than the config asks for', () => {
    const { delegate } = config.workers
    const three = { ...config, workers: { delegate: { ...delegate, records: 3 } } } as BenchConfig
    const runs = ['r-1', 'r-2', 'r-2', 'r-3'].map((record_id) => workerRun(three, { record_id }))
    expect(judged(runs.slice(0, 3), three)).toMatchObject({
      status: 'insufficient',
      reason: 'delegate was given 2 of the 3 records that the config asks for',
    })
    expect(judged(runs, three).status).toBe('pass')
  })

  test('takes no run of other settings, or of another model, for one of today', () => {
    const run = workerRun(config)
    expect(judged([{ ...run, settings_sha256: '0'.repeat(64) }]).status).toBe('not-measured')
    expect(judged([{ ...run, selected_model: other }]).status).toBe('not-measured')
  })

  test('names the process that dropped the tag', () => {
    const dropped = (...tags: (string | undefined)[]) =>
      reasonOf({ requests: [request(other, { processes: processes(...tags) })] })
    expect(dropped(undefined, undefined)).toBe(
      `fail: the environment of the delegate: step-1 starts step-2 without LOCAL_MODEL_TAG; it asked for ${other} instead of ${laneModel}`,
    )
    expect(dropped(undefined, laneModel, undefined)).toContain(
      'step-2 has LOCAL_MODEL_TAG, and step-3, which it starts, does not',
    )
    expect(dropped(undefined)).toContain('step-1 does not take the model from its payload')
    expect(dropped(undefined, other)).toContain(`step-2 has LOCAL_MODEL_TAG=${other}`)
    expect(dropped(undefined, laneModel)).toContain(
      `the wire: step-2 has LOCAL_MODEL_TAG=${laneModel} and asked for ${other}`,
    )
    expect(dropped()).toContain(`the wire: ${laneModel} was selected, and it asked for ${other}`)
  })

  test('does not let a wrong tag pass because the request happens to be right', () => {
    expect(reasonOf({ requests: [request(laneModel, { processes: processes(undefined, other) })] })).toContain(
      `fail: the environment of the delegate: ${laneModel} was selected, and step-2 has LOCAL_MODEL_TAG=${other}`,
    )
  })

  test.for([
    [
      'scheduler',
      { exit: { state: 'not-started', message: 'spawn x ENOENT' }, requests: [] },
      'its command does not start: spawn x ENOENT',
    ],
    ['environment', { requests: [] }, 'untapped'],
    ['environment', { requests: [request(undefined)] }, 'untapped'],
    [
      'environment',
      { requests: [], exit: { state: 'exited', code: 3 } },
      'it ended with exit code 3 before it asked any model',
    ],
    [
      'runtime',
      { identity: { level: 'none', required: 'weights', contradictions: [] } },
      'nothing says which model answered',
    ],
    [
      'runtime',
      { identity: { level: 'weights', required: 'weights', contradictions: ['they differ'] } },
      'they differ',
    ],
    [
      'runtime',
      { requests: [request(laneModel, { gateway: { 'x-litellm-attempted-fallbacks': '1' } })] },
      'came through a gateway, after 1 fallbacks',
    ],
    [
      'runtime',
      { exit: { state: 'exited', code: 1 }, requests: [request(laneModel, { status: 500, outcome: 'failed' })] },
      'was answered by 500',
    ],
    ['exit', { requests: [request(laneModel, { status: 500, outcome: 'failed' })] }, 'it swallowed the failure'],
    [
      'exit',
      { requests: [request(laneModel, { outcome: 'cut' })] },
      'its last request was cut off, and it ended with exit code 0',
    ],
    ['exit', { exit: { state: 'exited', code: 2 } }, 'it ended with exit code 2'],
    ['exit', { exit: { state: 'timed-out', seconds: 120 } }, 'it did not end within 120 s'],
    ['record', { reported_model: other }, `it asked for ${laneModel} and recorded ${other}`],
    ['record', { reported_model: undefined }, 'it recorded no model at /observed_model'],
  ] as const)('fails at the %s: %s', ([, changes, expected]) => {
    const reason = reasonOf(changes as Partial<EvidenceOf<'worker'>>)
    expect(reason).toMatch(/^fail: /)
    expect(reason).toContain(expected)
  })

  test('fails where its weights are not those of the answers that were judged', () => {
    const [completion] = completions(1, () => ({ identity: { weights_sha256: 'c'.repeat(64) } }))
    expect(judged([workerRun(config), completion as Evidence]).reason).toContain(
      'its weights are other ones than of the answers that were judged',
    )
  })

  test('takes a retry of the same model for what it is', () => {
    const requests = [request(laneModel, { status: 503, outcome: 'failed' }), request(laneModel, { number: 2 })]
    expect(reasonOf({ requests })).toMatch(/^pass/)
  })

  test('takes a tag with and without :latest for the same', () => {
    const model = `${laneModel}:latest`
    expect(reasonOf({ requests: [request(model)], reported_model: model })).toMatch(/^pass/)
  })

  test('passes without LOCAL_MODEL_TAG only where a payload with another model was followed', () => {
    const requests = [request(laneModel, { processes: processes(undefined) })]
    expect(reasonOf({ requests })).toContain('pass: the selected model is the one on the wire')
    expect(reasonOf({ requests, control: undefined })).toContain('nothing shows that its model came from the payload')
  })

  test('is not content with a control payload that ended before it asked for anything', () => {
    const control = { selected_model: 'no-such:model', exit: { state: 'exited' as const, code: 1 }, requests: [] }
    expect(reasonOf({ control }), 'LOCAL_MODEL_TAG was seen').toMatch(/^pass/)
    expect(reasonOf({ control, requests: [request(laneModel, { processes: processes(undefined) })] })).toContain(
      'LOCAL_MODEL_TAG was not seen, and with another model in the payload it ended before it asked for any',
    )
  })

  test('takes a question about the model of the control payload for obedience', () => {
    const about = (about_model: string) => request(undefined, { path: '/api/show', about_model, status: 404 })
    const reason = (model: string) => {
      const requests = [request(laneModel, { processes: processes(undefined) })]
      const exit = { state: 'exited' as const, code: 1 }
      return reasonOf({ requests, control: { selected_model: 'no-such:model', exit, requests: [about(model)] } })
    }
    expect(reason('no-such:model')).toMatch(/^pass/)
    expect(reason(other)).toMatch(/^fail/)
  })

  test('does not overlook a request whose model could not be read', () => {
    const unread = request(undefined, { number: 2, path: '/v1/responses', model_unread: true })
    for (const requests of [[request(laneModel), unread], [unread]])
      expect(reasonOf({ requests })).toContain('the wire: request 2 of step-2 asks a model at /v1/responses')
  })

  test('takes the same weights under another template for another model than the judged one', () => {
    const identity = { ...workerRun(config).identity, template_sha256: 'e'.repeat(64) }
    const [completion] = completions(1, () => ({ identity: { template_sha256: 'f'.repeat(64) } }))
    expect(judged([workerRun(config, { identity }), completion as Evidence]).reason).toContain(
      'its template, system prompt or parameters are other ones than of the answers that were judged',
    )
  })

  test('never passes where any request is for another model, wherever it stands', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(5), fc.constantFrom(other, 'qwen', `${laneModel}-2`), (before, after, model) => {
        const right = (n: number) => Array.from({ length: n }, () => request(laneModel))
        expect(reasonOf({ requests: [...right(before), request(model), ...right(after)] })).toMatch(/^fail/)
      }),
    )
  })

  test('never passes where one of several runs does not', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(4), (before, after) => {
        const right = (n: number) => Array.from({ length: n }, () => workerRun(config))
        const runs = [...right(before), workerRun(config, { requests: [] }), ...right(after)]
        expect(judged(runs).status).toBe('fail')
      }),
    )
  })
})
