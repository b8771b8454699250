import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Evidence } from '../../src/evidence/schema.ts'
import { judge, judgeAll } from '../../src/gates/judge.ts'
import {
  benchConfig,
  type CompletionChanges,
  completion,
  completions,
  memory,
  provenEvidence,
  withRequiredIdentity,
} from '../support/evidence.ts'

const config = benchConfig()
const input = (evidence: readonly Evidence[]) => ({ config, lane: 'local', workload: 'work', evidence })

describe('every gate', () => {
  test('is not measured where there is no evidence: unknown is never a pass', () => {
    const verdicts = judgeAll(input([])).filter(({ gate }) => gate !== 'worker') // no worker, nothing to judge
    expect(verdicts.map(({ status }) => status)).toEqual(Array(6).fill('not-measured'))
  })

  test('passes on a lane that did everything right', () => {
    expect(judgeAll(input(provenEvidence())).map(({ gate, status }) => `${gate} ${status}`)).toEqual([
      'identity pass',
      'context pass',
      'validity pass',
      'quality pass',
      'latency pass',
      'memory pass',
      'worker not-applicable',
    ])
  })

  test('judges its own lane only', () => {
    expect(judge('validity', { ...input(provenEvidence()), lane: 'local-two' }).status).toBe('not-measured')
  })

  test('never passes on less than it needs, whatever was recorded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 5 }), (n, repeats) => {
        const some = completions(n)
        const evidence = [...some, ...Array.from({ length: n > 0 ? repeats : 0 }, () => completion({ record: 'r-1' }))]
        expect(judge('validity', input(evidence)).status).not.toBe('pass')
        expect(judge('quality', input(evidence)).status).not.toBe('pass')
      }),
    )
  })
})

describe('the validity gate', () => {
  test('says what 25 of 25 proves', () => {
    const verdict = judge('validity', input(completions(25)))
    expect(verdict.reason).toBe('25 of 25 shows a valid rate of at least 88.7 % (one-sided 95 %)')
  })

  test('counts distinct records: the same one asked 25 times is one trial', () => {
    const verdict = judge('validity', input(Array.from({ length: 25 }, () => completion())))
    expect(verdict).toMatchObject({ status: 'insufficient', n: 1, needed: 25 })
    expect(verdict.reason).toContain('insufficient, 1 of 25')
  })

  test('fails on one broken record among many, naming it, why, and its evidence', () => {
    const all = completions(30, (index) =>
      index === 6 ? { examination: { missing_fields: ['source_confidence'] } } : {},
    )
    expect(judge('validity', input(all))).toMatchObject({
      status: 'fail',
      observed: '29 of 30 valid (1 × missing field source_confidence)',
      offender: { record_id: 'r-7', evidence_id: all[6]?.id, why: 'field source_confidence is missing or blank' },
    })
  })

  test.for([
    ['cut by length', { finish_reason: 'length', examination: { json: 'not-json' } }],
    ['not JSON', { examination: { json: 'not-json' } }],
    ['empty', { examination: { json: 'empty' } }],
    ['invented category', { examination: { outside_vocabulary: ['category'] } }],
    ['invented URL', { examination: { urls: 2, ungrounded_urls: 1 } }],
    ['too slow', { total_ms: 90_001 }],
    ['too slow', { failed: { code: 'deadline-exceeded' } }],
    ['context-exceeded', { failed: { code: 'context-exceeded' } }],
  ] satisfies [string, CompletionChanges][])('tells the failure class "%s"', ([cause, changes]) => {
    const verdict = judge('validity', input([...completions(25), completion({ record: 'last', ...changes })]))
    expect(verdict.status).toBe('fail')
    expect(verdict.observed).toContain(`1 × ${cause}`)
  })

  test("does not hold the runtime's death against the model's answers, nor counts it as one", () => {
    const evidence = [
      ...completions(10),
      completion({ record: 'last', failed: { code: 'runner-died', message: 'killed' } }),
    ]
    expect(judge('validity', input(evidence))).toMatchObject({ status: 'insufficient', n: 10 })
    expect(judge('validity', input(evidence)).reason).toContain('last: killed')
  })
})

describe('the identity gate', () => {
  test('fails on one answer with too little proof', () => {
    const all = completions(3, (index) => (index === 1 ? { identity: { level: 'echo' } } : {}))
    expect(judge('identity', input(all))).toMatchObject({
      status: 'fail',
      offender: { record_id: 'r-2', why: 'proven at level echo only, weights is required' },
    })
  })

  test('fails where weights change between answers, though each is proven', () => {
    const all = completions(3, (index) => (index === 2 ? { identity: { weights_sha256: 'c'.repeat(64) } } : {}))
    expect(judge('identity', input(all))).toMatchObject({ status: 'fail', offender: { record_id: 'r-3' } })
  })

  test('fails on a contradiction at any level', () => {
    const all = [completion({ identity: { contradictions: ['the weights were loaded anew'] } })]
    expect(judge('identity', input(all))).toMatchObject({ status: 'fail', reason: 'the weights were loaded anew' })
  })

  const named = () => completions(3, () => ({ identity: { level: 'echo', required: 'echo' } }))
  const declared = () => completions(3, () => ({ identity: { level: 'declared', required: 'declared' } }))

  test('asks what the config asks today, whatever was asked when the answer was recorded', () => {
    expect(judge('identity', input(named()))).toMatchObject({
      status: 'fail',
      reason: 'proven at level echo only, weights is required',
    })
  })

  test("compares with today's pin, whatever was pinned when the answer was recorded", () => {
    const { local, ...lanes } = config.lanes
    const repinned = { ...config, lanes: { ...lanes, local: { ...local, weights: `sha256:${'d'.repeat(64)}` } } }
    const verdict = judge('identity', { ...input(completions(3)), config: repinned as typeof config })
    expect(verdict).toMatchObject({ status: 'fail' })
    expect(verdict.reason).toBe('the weights are sha256:bbbbbbbbbbbb…, the config expects sha256:dddddddddddd…')
  })

  test('passes an echo under a condition, where the lane is local and its config allows that', () => {
    const verdict = judge('identity', { ...input(named()), config: withRequiredIdentity(config, 'echo') })
    expect(verdict).toMatchObject({
      status: 'pass',
      condition: 'the server answers with the model it names, which nothing proves',
    })
  })

  test('passes an echo of a cloud lane without a condition: there is nothing more to be had', () => {
    const evidence = completions(3, () => ({ lane: 'cloud', identity: { level: 'echo' } }))
    const verdict = judge('identity', { ...input(evidence), lane: 'cloud' })
    expect(verdict.status).toBe('pass')
    expect(verdict).not.toHaveProperty('condition')
  })

  test('passes what was declared once only where the config allows it, and then without a condition', () => {
    expect(judge('identity', input(declared())).status).toBe('fail')
    const allowed = judge('identity', { ...input(declared()), config: withRequiredIdentity(config, 'declared') })
    expect(allowed.status).toBe('pass')
    expect(allowed).not.toHaveProperty('condition')
  })

  test('never passes an answer of which nothing is known, even where no proof is required', () => {
    const none = completions(3, () => ({ identity: { level: 'none', required: 'none' } }))
    expect(judge('identity', { ...input(none), config: withRequiredIdentity(config, 'none') }).status).toBe('fail')
  })

  test('passes without a pin, marked unpinned', () => {
    const evidence = completions(2, () => ({ lane: 'local-two' }))
    expect(judge('identity', { ...input(evidence), lane: 'local-two' }).observed).toContain('unpinned')
  })
})

describe('the quality gate', () => {
  const half = {
    examination: {
      facts: [
        { field: 'a', found: true },
        { field: 'b', found: false },
      ],
    },
  }

  test('asks for a share of good records', () => {
    const verdict = judge('quality', input(completions(25, (index) => (index < 3 ? half : {}))))
    expect(verdict).toMatchObject({
      status: 'fail',
      observed: '22 of 25 records good, 47 of 50 facts found',
      offender: { record_id: 'r-1', why: '1 of 2 facts; missed b' },
    })
    expect(judge('quality', input(completions(25, (index) => (index < 2 ? half : {})))).status).toBe('pass')
  })

  test("counts a record asked twice by its worst answer: a repetition can't buy a pass", () => {
    const bad = completions(25, (index) => (index < 3 ? half : {}))
    const again = completions(3)
    expect(judge('quality', input([...bad, ...again])).status).toBe('fail')
  })

  test('passes over records without an answer only where the share would hold if they were no good', () => {
    const down = (n: number) =>
      Array.from({ length: n }, (_, index) => completion({ record: `down-${index}`, failed: { code: 'queue-full' } }))
    expect(judge('quality', input([...completions(25), ...down(2)])).status).toBe('pass')
    expect(judge('quality', input([...completions(25), ...down(20)]))).toMatchObject({
      status: 'insufficient',
      observed: expect.stringMatching(/20 of 45 asked got no answer$/),
    })
    // Asked again, it answered.
    const again = Array.from({ length: 20 }, (_, index) => completion({ record: `down-${index}` }))
    expect(judge('quality', input([...completions(25), ...down(20), ...again])).status).toBe('pass')
  })

  test("takes the workload's own minimum of facts", () => {
    const lenient = benchConfig({ workload: 'gates: { quality: { minimum_facts: 1 } }' })
    expect(judge('quality', { ...input(completions(25, () => half)), config: lenient }).status).toBe('pass')
  })
})

describe('the latency gate', () => {
  test('keeps cold and warm apart and reports n, median and the longest of so few', () => {
    const all = completions(6, (index) =>
      index === 0 ? { state: 'cold', total_ms: 9000 } : { total_ms: 1000 * index },
    )
    expect(judge('latency', input(all)).observed).toBe('cold n = 1, 9.0 s; warm n = 5, median 3.0 s, max of 5 5.0 s')
  })

  test('is insufficient on four warm answers and a cold one', () => {
    const all = completions(5, (index) => ({ state: index === 0 ? 'cold' : 'warm' }))
    expect(judge('latency', input(all))).toMatchObject({ status: 'insufficient', n: 4, needed: 5 })
  })

  test('takes each record once, by its first answer: a repetition buys neither a sample nor a median', () => {
    const often = Array.from({ length: 30 }, () => completion({ record: 'r-1' }))
    expect(judge('latency', input(often))).toMatchObject({ status: 'insufficient', n: 1 })
    const strict = benchConfig({ workload: 'gates: { latency: { median_seconds: 3 } }' })
    const slow = completions(25, () => ({ total_ms: 9_000 }))
    const judged = (more: readonly Evidence[]) => judge('latency', { ...input([...slow, ...more]), config: strict })
    for (const state of ['warm', 'prefix-cached'] as const)
      expect(
        judged(Array.from({ length: 26 }, () => completion({ record: 'r-1', total_ms: 10, state }))),
      ).toMatchObject({
        status: 'fail',
        n: 25,
      })
    // The limit of a record holds for each of its answers.
    expect(judged([completion({ record: 'r-1', total_ms: 100_000 })]).reason).toContain('r-1 took 100')
  })

  test('fails on a median over its ceiling', () => {
    const strict = benchConfig({ workload: 'gates: { latency: { median_seconds: 1 } }' })
    expect(judge('latency', { ...input(completions(6)), config: strict })).toMatchObject({
      status: 'fail',
      reason: 'the warm median of 2.0 s is over 1.0 s',
    })
  })

  test('holds the time to the first content to a ceiling of its own, where the config has one', () => {
    const strict = (seconds: number) =>
      benchConfig({ workload: `gates: { latency: { first_content_seconds: ${seconds} } }` })
    const seen = completions(6, () => ({ first_content_ms: 800 }))
    expect(judge('latency', { ...input(seen), config: strict(1) })).toMatchObject({ status: 'pass' })
    expect(judge('latency', { ...input(seen), config: strict(0.5) })).toMatchObject({
      status: 'fail',
      reason: 'the warm median to first content of 0.8 s is over 0.5 s',
    })
    expect(judge('latency', { ...input(completions(6)), config: strict(1) })).toMatchObject({ status: 'insufficient' })
  })

  test('shows an interval and a percentile only where n bears them', () => {
    const observed = (n: number) => judge('latency', input(completions(n))).observed
    expect(observed(5)).toBe('warm n = 5, median 2.0 s, max of 5 2.0 s')
    expect(observed(28)).toBe('warm n = 28, median 2.0 s (95 %: 2.0 s to 2.0 s), max of 28 2.0 s')
    expect(observed(59)).toBe('warm n = 59, median 2.0 s (95 %: 2.0 s to 2.0 s), p90 2.0 s, p95 2.0 s')
  })
})

describe('the memory gate', () => {
  test('passes below caution, passes under a condition above it, fails at critical', () => {
    expect(judge('memory', input([memory(79)]))).toMatchObject({ status: 'pass', reason: 'below caution (80 %)' })
    expect(judge('memory', input([memory(85)]))).toMatchObject({
      status: 'pass',
      condition: 'memory in use stays below 80 %',
    })
    expect(judge('memory', input([memory(95)])).status).toBe('fail')
  })

  test('does not apply to a cloud lane', () => {
    expect(judge('memory', { ...input([]), lane: 'cloud' }).status).toBe('not-applicable')
  })
})
