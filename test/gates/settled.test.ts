import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Completion, type Evidence, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import { judge } from '../../src/gates/judge.ts'
import { settledFailure, watchSettledFailure } from '../../src/gates/settled.ts'
import { benchConfig, type CompletionChanges, completion } from '../support/evidence.ts'

const about = { lane: 'local', workload: 'work' } as const
const trial_sha256 = sha256('trial')

/** What an answer may be. */
const answers = {
  good: {},
  poor: { examination: { facts: [{ field: 'a', found: false }] } },
  broken: { examination: { json: 'not-json' } },
  leaking: { examination: { leaks: [{ where: 'answer', index: 0 }] } },
  slow: { total_ms: 100_000 },
  unproven: { identity: { level: 'echo' } },
  otherWeights: { identity: { weights_sha256: 'c'.repeat(64) } },
  gone: { failed: { code: 'unreachable' } },
  timedOut: { failed: { code: 'deadline-exceeded' } },
} as const satisfies Record<string, CompletionChanges>
type Answer = keyof typeof answers

const answer = (record: number, kind: Answer): Completion => ({
  ...completion({ record: `r-${record}`, ...answers[kind] }),
  trial_sha256,
})

function written(facts: object): Evidence {
  const at = '2026-01-01T00:00:00.000Z'
  return evidenceSchema.parse({ id: sha256(JSON.stringify(facts)), run_id: 'run', at, ...facts })
}

const dataset = (records: number): Evidence =>
  written({
    kind: 'dataset',
    workload: 'work',
    sha256: sha256('dataset'),
    record_sha256s: Array.from({ length: records }, (_, index) => sha256(`r-${index + 1}`)),
  })

/** That these records were poorly answered in an earlier run. */
function earlier(records: readonly number[]): Evidence {
  const faults = records.map((record) => {
    const { id, record_id, record_sha256, prompt, outcome } = answer(record, 'poor')
    return { run_id: 'before', evidence_id: id, record_id, record_sha256, prompt_sha256: prompt.sha256, outcome }
  })
  const attempt = { run_id: 'before', at: '2025-12-01T00:00:00.000Z', fingerprint: sha256('same'), records: 30 }
  return written({
    kind: 'attempts',
    ...about,
    trial_sha256,
    earlier: [{ ...attempt, faults: faults.map((_, index) => index) }],
    faults,
  })
}

describe('watching a run for a failure that no further record could change', () => {
  const settings = fc.record({
    share: fc.constantFrom(0.1, 0.5, 0.8, 0.9, 1),
    required: fc.record({ validity: fc.boolean(), quality: fc.boolean(), latency: fc.boolean() }),
    known: fc.boolean(),
    limit: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  })
  const event = fc.oneof(
    { weight: 12, arbitrary: fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constant<Answer>('good')) },
    {
      weight: 6,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constantFrom(...(Object.keys(answers) as Answer[]))),
    },
    { weight: 3, arbitrary: fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constant<Answer>('poor')) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }) },
  )

  test('says after each record what judging all evidence anew says', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(settings, fc.array(event, { maxLength: 40 }), ({ share, required, known, limit }, events) => {
        const gates = `{ validity: { required: ${required.validity} }, latency: { required: ${required.latency} }, quality: { required: ${required.quality}, minimum_share: ${share} } }`
        const base = benchConfig({ workload: `gates: ${gates}` })
        const work = base.workloads.work as (typeof base.workloads)[string]
        const config = {
          ...base,
          workloads: { work: { ...work, limits: { ...work.limits, ...(limit && { records: limit }) } } },
        }
        const watch = watchSettledFailure({ config, ...about })
        const evidence: Evidence[] = known ? [dataset(30)] : []
        for (const each of events) {
          const [first, second] = each
          evidence.push(
            typeof second === 'string' ? answer(first as number, second as Answer) : earlier(each as number[]),
          )
          const expected = settledFailure({ config, ...about, evidence })
          expect(watch(evidence)?.gate).toBe(expected?.gate)
          if (expected) {
            seen.add(expected.gate)
            break
          }
        }
      }),
      { numRuns: 400 },
    )
    expect([...seen].sort()).toEqual(['identity', 'latency', 'quality', 'validity'])
  })

  test('costs no more for the four-thousandth record than for the first', () => {
    const config = benchConfig({ workload: 'gates: { quality: { minimum_share: 0.5 } }' })
    const all = Array.from({ length: 4000 }, (_, index) => answer(index + 1, index % 3 === 0 ? 'poor' : 'good'))
    const watch = watchSettledFailure({ config, ...about })
    const evidence: Evidence[] = [dataset(4000)]
    const started = performance.now()
    for (const each of all) {
      evidence.push(each)
      expect(watch(evidence)).toBeUndefined()
    }
    // Judging all anew each time takes minutes.
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

test('a record that failed in an earlier attempt, and that this run does not ask, widens what may still come', () => {
  const base = benchConfig({ workload: 'gates: { quality: { minimum_share: 0.8, minimum_records: 10 } }' })
  const work = base.workloads.work as (typeof base.workloads)[string]
  const config = { ...base, workloads: { work: { ...work, limits: { ...work.limits, records: 20 } } } }
  const before = [dataset(30), earlier([21, 22, 23, 24, 25])]
  const answers = Array.from({ length: 20 }, (_, index) => answer(index + 1, 'good'))
  const input = (evidence: Evidence[]) => ({ config, ...about, evidence })
  // 5 of 25 may be no good, and no more than 4 of the 20 that are asked.
  expect(judge('quality', input([...before, ...answers])).status).toBe('pass')
  expect(settledFailure(input([...before, ...answers.slice(0, 1)]))).toBeUndefined()
})
