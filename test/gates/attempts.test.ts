import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { laneAttempts } from '../../src/assessment/attempts.ts'
import { summariseAttempts } from '../../src/evidence/attempt-summary.ts'
import { type Completion, type Evidence, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import { judge } from '../../src/gates/judge.ts'
import type { GateInput } from '../../src/gates/verdict.ts'
import { attemptsFacts } from '../../src/vitest/earlier-attempts.ts'
import { benchConfig, type CompletionChanges, completion } from '../support/evidence.ts'

const outcomes = {
  good: {},
  poor: {
    examination: {
      facts: [
        { field: 'a', found: true },
        { field: 'b', found: false },
      ],
    },
  },
  broken: { examination: { json: 'not-json', facts: [] } },
  slow: { total_ms: 100_000 },
  gone: { failed: { code: 'unreachable' } },
  absent: undefined,
} as const satisfies Record<string, CompletionChanges | undefined>
type Outcome = keyof typeof outcomes
type Run = readonly Outcome[]

const records = 8
const trial_sha256 = sha256('trial')
const checks_sha256 = sha256('checks')
const names = Array.from({ length: records }, (_, index) => `r-${index + 1}`)
const config = benchConfig({
  workload: 'gates: { validity: { consecutive: 6 }, quality: { minimum_share: 0.7, minimum_records: 6 } }',
})

function answersOf(run: Run, run_id: string, changes: Partial<Completion> = {}): Completion[] {
  return run.flatMap((outcome, index) => {
    const changed = outcomes[outcome]
    if (!changed) return []
    return [
      { ...completion({ record: names[index] ?? '', ...changed }), run_id, trial_sha256, checks_sha256, ...changes },
    ]
  })
}

/** What today's run is told of earlier ones, by the way of their evidence on disk. */
function told(earlier: readonly (readonly Completion[])[], checks = checks_sha256): Evidence {
  const summaries = earlier.flatMap((answers) => summariseAttempts(answers.map((each) => JSON.stringify(each))))
  const question = {
    lane: 'local',
    workload: 'work',
    trial_sha256,
    fingerprint: sha256('same'),
    checks: Object.fromEntries(names.map((name) => [sha256(name), checks])),
  }
  return evidenceSchema.parse({
    ...attemptsFacts(config, question, summaries),
    id: 'attempts-1',
    run_id: 'today',
    at: '2026-03-01T00:00:00.000Z',
  })
}
const inputOf = (evidence: readonly Evidence[]): GateInput => ({ config, lane: 'local', workload: 'work', evidence })

const runs = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.constant<Outcome>('good') },
    { weight: 3, arbitrary: fc.constantFrom(...(Object.keys(outcomes) as Outcome[])) },
  ),
  { minLength: records, maxLength: records },
)

describe('earlier attempts at the same trial', () => {
  test('make every record count by its worst answer, and add nothing to what this run measured', () => {
    fc.assert(
      fc.property(runs, fc.array(runs, { maxLength: 4 }), (today, earlier) => {
        const answers = answersOf(today, 'today')
        if (!answers.some(({ outcome }) => outcome.state === 'answered')) return
        const evidence = [...answers, told(earlier.map((run, index) => answersOf(run, `run-${index}`)))]
        const ever = (index: number, ...kinds: Outcome[]) =>
          earlier.some((run) => kinds.includes(run[index] as Outcome))
        const states = today.map((outcome, index) => ({
          asked: outcome !== 'absent' && outcome !== 'gone',
          broken: outcome === 'broken' || outcome === 'slow' || ever(index, 'broken'),
          poor: outcome === 'poor' || outcome === 'broken' || ever(index, 'poor', 'broken'),
        }))
        const validity = states.filter(({ asked, broken }) => asked || broken)
        expect(judge('validity', inputOf(evidence))).toMatchObject({
          n: validity.length,
          successes: validity.filter(({ broken }) => !broken).length,
        })
        const quality = states.filter(({ asked, poor }) => asked || poor)
        expect(judge('quality', inputOf(evidence))).toMatchObject({
          n: quality.length,
          successes: quality.filter(({ poor }) => !poor).length,
        })
      }),
      { numRuns: 300 },
    )
  })

  test('never turn a gate that did not pass into one that passes', () => {
    fc.assert(
      fc.property(runs, fc.array(runs, { minLength: 1, maxLength: 4 }), (today, earlier) => {
        const answers = answersOf(today, 'today')
        const attempts = told(earlier.map((run, index) => answersOf(run, `run-${index}`)))
        for (const gate of ['validity', 'quality', 'latency', 'identity'] as const) {
          const alone = judge(gate, inputOf(answers)).status
          if (alone !== 'pass') expect(judge(gate, inputOf([...answers, attempts])).status).not.toBe('pass')
        }
      }),
      {
        examples: [
          // Five answers of six that are needed; an earlier attempt has one record wrong that was not asked today.
          [
            ['absent', 'good', 'good', 'absent', 'gone', 'good', 'good', 'good'],
            [['poor', 'good', 'good', 'good', 'good', 'good', 'good', 'good']],
          ],
        ],
      },
    )
  })

  test('say that this run alone would have passed, which record failed in which run, and what begins a new trial', () => {
    const good = Array<Outcome>(records).fill('good')
    const evidence = [
      ...answersOf(good, 'today'),
      told([answersOf([...good.slice(1), 'broken'], 'run-1'), answersOf(good, 'run-2')]),
    ]
    const verdict = judge('validity', inputOf(evidence))
    expect(verdict).toMatchObject({ status: 'fail', offender: { record_id: 'r-8', evidence_id: 'attempts-1' } })
    expect(verdict.reason).toContain('(run run-1), which a repetition does not wash out; in this one 8 of 8 valid')
    expect(laneAttempts(evidence, config)).toMatchObject([
      { attempt: 3, failed: 1, differing: { records: 0, compared: 8 } },
    ])
  })

  test('are tallied once with the same failure in this run', () => {
    const run: Run = ['broken', ...Array<Outcome>(records - 1).fill('good')]
    const verdict = judge('validity', inputOf([...answersOf(run, 'today'), told([answersOf(run, 'run-1')])]))
    expect(verdict.observed).toBe('7 of 8 valid (1 × not JSON)')
  })

  test('are none where a record is checked otherwise today, or another model answered', () => {
    const broken = Array<Outcome>(records).fill('broken')
    const today = answersOf(Array<Outcome>(records).fill('good'), 'today')
    const otherChecks = [...today, told([answersOf(broken, 'run-1')], sha256('other checks'))]
    const otherModel = [
      ...today.map((each) => ({ ...each, trial_sha256: sha256('other model') })),
      told([answersOf(broken, 'run-1')]),
    ]
    for (const evidence of [otherChecks, otherModel]) {
      expect(judge('validity', inputOf(evidence)).status).toBe('pass')
      expect(laneAttempts(evidence, config)).toEqual([])
    }
  })

  test('keep a fault once, however often it was met: a hundred equal runs tell no more than one', () => {
    const earlier = Array.from({ length: 100 }, (_, index) => answersOf(['broken', 'poor', 'good'], `run-${index}`))
    const evidence = told(earlier)
    if (evidence.kind !== 'attempts') throw new Error('it is of attempts')
    expect(evidence.faults).toHaveLength(2)
    expect(evidence.earlier).toHaveLength(100)
    expect(JSON.stringify(evidence).length).toBeLessThan(30_000)
  })
})
