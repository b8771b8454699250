import { describe, expect, test } from 'vitest'
import { assess } from '../../src/assessment/assess.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type Completion, type Evidence, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import { judge } from '../../src/gates/judge.ts'
import { benchConfig, completion, completions, withRequiredIdentity } from '../support/evidence.ts'

const config = benchConfig()
const input = (evidence: readonly Evidence[], changed = config) => ({
  config: changed,
  lane: 'local',
  workload: 'work',
  evidence,
})
const dataset = (records: number, name = 'one'): Evidence =>
  evidenceSchema.parse({
    kind: 'dataset',
    id: `dataset-${name}`,
    run_id: 'run',
    at: '2026-01-01T00:00:00.000Z',
    workload: 'work',
    sha256: sha256(name),
    record_sha256s: Array.from({ length: records }, (_, index) => sha256(`r-${index + 1}`)),
  })

describe('records that are not in the dataset', () => {
  test('do not count, and the verdict says how much of the dataset was judged', () => {
    const madeUp = [completion({ record: 'made-up', examination: { json: 'not-json' } })]
    expect(judge('validity', input([dataset(30), ...completions(25), ...madeUp]))).toMatchObject({
      status: 'pass',
      observed: '25 of 25 valid, 25 of 30 distinct records of the dataset',
    })
  })

  test('do not make up for those that were not asked', () => {
    const madeUp = Array.from({ length: 20 }, (_, index) => completion({ record: `made-up-${index}` }))
    const evidence = [dataset(30), ...completions(5), ...madeUp]
    for (const gate of ['validity', 'quality'] as const)
      expect(judge(gate, input(evidence))).toMatchObject({ status: 'insufficient', n: 5 })
    expect(judge('validity', input([dataset(30), ...madeUp])).reason).toContain(
      'none of the records that were asked is in the dataset',
    )
  })

  test('are those of another version of the dataset too, where runs were merged', () => {
    expect(judge('validity', input([dataset(30), dataset(7, 'two'), ...completions(25)])).n).toBe(7)
  })

  test('still count for who answered', () => {
    const stranger = completion({ record: 'made-up', identity: { level: 'echo' } })
    expect(judge('identity', input([dataset(30), ...completions(2), stranger])).status).toBe('fail')
  })
})

describe('evidence of other settings than the config has now', () => {
  const own = laneOptionsSha256(config, 'local')
  const local = config.lanes.local as (typeof config.lanes)[string]
  const withLocal = (changes: Partial<typeof local>) => ({
    ...config,
    lanes: { ...config.lanes, local: { ...local, ...changes } },
  })
  const taken = completions(25).map((each) => ({ ...each, options_sha256: own }))

  test.for([
    ['another model', { model: 'other' }],
    ['another pin', { weights: `sha256:${'d'.repeat(64)}` }],
    ['no pin', { weights: undefined as never }],
    ['another temperature', { temperature: 1 }],
    ['another context', { context: 4096 }],
  ] satisfies [string, Partial<typeof local>][])('does not count after %s, and the memo says so', ([, changes]) => {
    const changed = withLocal(changes)
    expect(judge('identity', input(taken)).status).toBe('pass')
    for (const gate of ['identity', 'validity'] as const) {
      expect(judge(gate, input(taken, changed))).toMatchObject({
        status: 'not-measured',
        reason: expect.stringContaining('25 answers were taken under other settings of the lane'),
      })
    }
    expect(assess(taken, changed).set_aside.map(({ text }) => text)).toEqual([
      expect.stringContaining('work on local: 25 answers were taken under other settings of the lane'),
    ])
  })

  test('is not what only says how to run: keep_alive and the required proof may change', () => {
    const changed = withLocal({ keep_alive: '10m', required_identity: 'weights' })
    expect(judge('validity', input(taken, changed)).status).toBe('pass')
  })
})

describe('answers of two models in one verdict', () => {
  test.for([
    ['its adapters are other ones', { adapters: [{ name: 'tone.gguf' }] }],
    ['its template, system prompt or parameters are other ones', { template_sha256: 'e'.repeat(64) }],
    ['its weights are other ones', { weights_sha256: 'c'.repeat(64) }],
  ] satisfies [string, Partial<Completion['identity']>][])('fail the identity gate: %s', ([reason, identity]) => {
    const changed = { ...config, lanes: { ...config.lanes, local: { ...config.lanes.local, weights: undefined } } }
    const all = completions(3, (index) => (index === 2 ? { identity } : {}))
    expect(judge('identity', input(all, changed as typeof config))).toMatchObject({
      status: 'fail',
      reason: `${reason} than of the first answer: another model, in one verdict`,
      offender: { record_id: 'r-3' },
    })
  })

  test.for([
    ['the digest of its tag is another one', { digest: '2'.repeat(64) }],
    ['its weight files have other names', { declared_files: ['q8.gguf'] }],
  ] satisfies [string, Partial<Completion['identity']>][])('fail it on another host too: %s', ([reason, identity]) => {
    const elsewhere = { level: 'declared-twice', weights_sha256: undefined, digest: '1'.repeat(64) } as const
    const all = completions(3, (index) => ({
      identity: { ...elsewhere, declared_files: ['q4.gguf'], ...(index === 2 && identity) },
    }))
    const changed = withRequiredIdentity(config, 'declared-twice')
    expect(judge('identity', input(all.slice(0, 2), changed)).status).toBe('pass')
    expect(judge('identity', input(all, changed))).toMatchObject({
      status: 'fail',
      reason: `${reason} than of the first answer: another model, in one verdict`,
    })
  })

  test('fail it where only their fingerprints tell, as of two prompts', () => {
    const all = [completion(), { ...completion({ record: 'r-2' }), fingerprint: sha256('other') }]
    expect(judge('identity', input(all)).reason).toContain('prompt, schema or options are other ones')
  })
})

describe('weights that were pinned', () => {
  test('are not proven by the hash of a file that may not be the loaded one, whatever level is asked for', () => {
    const { local } = config.lanes
    const changed = { ...config, lanes: { ...config.lanes, local: { ...local, required_identity: 'declared-twice' } } }
    const all = completions(1, () => ({ identity: { level: 'declared-twice', notes: ['a file is younger'] } }))
    expect(judge('identity', input(all, changed as typeof config))).toMatchObject({
      status: 'fail',
      reason: 'proven at level declared-twice only, weights is required: a file is younger',
    })
  })
})

describe('what to do', () => {
  const unreadable = 'the weight files that the runtime names could not be read here, so they were not hashed'
  test.for([
    ['ollama', { level: 'declared-twice', notes: [unreadable] }, 'usermod -aG ollama'],
    ['ollama', { level: 'echo' }, 'a longer keep_alive'],
    ['llama-server', { level: 'echo' }, 'the absolute path of its model'],
    ['llama-server', { level: 'declared-twice' }, 'restart it where files changed'],
  ] satisfies [string, Partial<Completion['identity']>, string][])(
    'about %s and %o is said: %s',
    ([kind, identity, remedy]) => {
      const here = { kind, location: 'local', endpoint: 'http://127.0.0.1:9' }
      const { weights: _pin, ...local } = config.lanes.local as (typeof config.lanes)[string]
      const changed = { ...config, runtimes: { ...config.runtimes, here }, lanes: { ...config.lanes, local } }
      const all = completions(1, () => ({ identity: { ...identity, weights_sha256: undefined } }))
      expect(judge('identity', input(all, changed as typeof config)).remedy).toContain(remedy)
    },
  )
})

describe("a pin of the tag's digest", () => {
  const pinned = {
    ...config,
    lanes: { ...config.lanes, local: { ...config.lanes.local, digest: `sha256:${'f'.repeat(64)}` } },
  } as typeof config
  test.for([
    ['f'.repeat(64), 'pass'],
    ['e'.repeat(64), 'fail'],
    [undefined, 'fail'],
  ] as const)('of which the runtime says %s: %s', ([digest, status]) => {
    const all = completions(1, () => ({ identity: digest === undefined ? {} : { digest } }))
    expect(judge('identity', input(all, pinned)).status).toBe(status)
  })
})
