import { describe, expect, test } from 'vitest'
import { assessWorkload } from '../../src/assessment/workload-assessment.ts'
import type { Evidence, Look } from '../../src/evidence/schema.ts'
import {
  benchConfig,
  type CompletionChanges,
  completions,
  contextProbe,
  goodExamination,
  memory,
} from '../support/evidence.ts'

const config = benchConfig()
const assessed = (change: (index: number) => CompletionChanges, n = 25) => {
  const evidence: Evidence[] = [...completions(n, change), memory(40), contextProbe()]
  const workload = assessWorkload(evidence, config, 'work')
  return { ...workload, evidence, own: workload.answers[0] }
}
const good: Look = goodExamination
const notJson = { ...good, json: 'not-json' as const, facts: good.facts.map(({ field }) => ({ field, found: false })) }
const fencedAnswer: CompletionChanges = { examination: { ...notJson, steps: { extracted: good } } }
const brokenAnswer: CompletionChanges = { examination: { ...notJson, steps: { repaired: good } } }

describe('three rates', () => {
  test('stand beside each other with n and interval; what is right needs no step', () => {
    const { own } = assessed((index) => (index < 2 ? fencedAnswer : index < 5 ? brokenAnswer : {}))
    expect(own?.rates).toMatchObject({
      raw: { successes: 20, n: 25 },
      extracted: { successes: 22, n: 25 },
      repaired: { successes: 25, n: 25, interval: { upper: 1 } },
    })
    expect(own?.rates.raw.interval.lower).toBeCloseTo(0.6087, 4) // Wilson, 20 of 25
  })

  test('are not told of evidence in which nobody looked further', () => {
    const { own } = assessed(() => ({ examination: notJson }))
    expect(Object.keys(own?.rates ?? {})).toEqual(['raw'])
  })

  test('leave what was cut or slow broken: no step brings back what was not said', () => {
    const { own } = assessed(() => ({ ...brokenAnswer, finish_reason: 'length' }))
    expect(own?.rates.repaired?.successes).toBe(0)
    expect(assessed(() => ({ ...fencedAnswer, total_ms: 90_001 })).own?.rates.extracted?.successes).toBe(0)
  })

  test('a fence that would do flips the route, and the gates go on judging raw answers', () => {
    const { own, flips, route, standings } = assessed(() => fencedAnswer)
    expect(standings[0]?.verdicts.find(({ gate }) => gate === 'validity')?.status).toBe('fail')
    expect(route.route).toBe('blocked')
    const text =
      'strip the code fence in a deterministic step after the model: 25 of 25 valid instead of 0, 25 of 25 records good (quality pass)'
    expect(own?.steps.map((step) => step.text)).toEqual([text])
    expect(flips.map((flip) => flip.text)).toContain(`local: ${text}`)
  })

  test('a repair that would do is told, and flips nothing', () => {
    const { own, flips } = assessed(() => brokenAnswer)
    expect(own?.steps[0]?.text).toContain('25 of 25 valid instead of 0')
    expect(own?.steps[0]?.text).toContain('a repaired record counts for no gate')
    expect(flips.some(({ text }) => text.includes('repair the JSON'))).toBe(false)
  })

  test('nothing is told where a step would not be enough', () => {
    expect(
      assessed((index) => (index === 0 ? { examination: { ...notJson, steps: {} } } : fencedAnswer)).own?.steps,
    ).toEqual([])
  })
})

test('failure classes count each broken record once, with an example, most frequent first', () => {
  const { own, evidence } = assessed((index) =>
    index < 2
      ? { examination: { missing_fields: ['confidence'], outside_vocabulary: ['category'] } }
      : index === 2
        ? { examination: { outside_vocabulary: ['category'] } }
        : {},
  )
  expect(own?.failure_classes).toEqual([
    { cause: 'missing field confidence', records: 2, evidence_ids: [evidence[0]?.id] },
    { cause: 'invented category', records: 1, evidence_ids: [evidence[2]?.id] },
  ])
})

test('what would change a leak is that nothing gets through, not one more good record', () => {
  const leaks = [{ where: 'answer' as const, index: 0 }]
  const { flips, standings } = assessed((index) => (index === 4 ? { examination: { leaks } } : {}))
  expect(standings[0]).toMatchObject({ status: 'unfit', reason: 'quality: r-5: forbidden text 1 stands in the answer' })
  expect(flips.map(({ text }) => text)).toEqual(['local: no secret gets through (it did in 1 of 25 records)'])
})

test('a lane that answered nothing has the baseline beside it too', () => {
  const facts = { kind: 'baseline' as const, run_id: 'run', at: '2026-01-01T00:00:00.000Z', workload: 'work' }
  const baselines = completions(3).map(({ record_id, record_sha256 }, index) => ({
    ...{ ...facts, id: `baseline-${index}`, record_id, record_sha256 },
    examination: index === 0 ? { ...good, leaks: [{ where: 'answer' as const, index: 0 }] } : good,
  }))
  const two = benchConfig({ lanes: '[local, local-two]' })
  expect(assessWorkload([...completions(3), ...baselines], two, 'work').baselines).toMatchObject([
    { lane: 'local', records: 3, baseline_good: 2, lane_good: 3, lane_facts: 6 },
    { lane: 'local-two', records: 3, baseline_good: 2, baseline_facts: 6, expected_facts: 6, no_model_needed: false },
  ])
})

describe('labels', () => {
  const label = (expected: string, answered: string): CompletionChanges => ({
    examination: { labels: [{ field: 'kind', expected, answered }] },
  })

  test('give accuracy with an interval and a confusion matrix', () => {
    const pairs = [
      ['a', 'a'],
      ['a', 'b'],
      ['b', 'b'],
      ['b', '(other)'],
      ['b', 'b'],
    ] as const
    const { own } = assessed((index) => {
      const [expected, answered] = pairs[index % 5] ?? ['', '']
      return label(expected, answered)
    })
    const [kind] = own?.labels ?? []
    expect(kind).toMatchObject({ field: 'kind', correct: 15, n: 25 })
    expect(kind?.matrix.map(({ expected, answered, records }) => [expected, answered, records])).toEqual([
      ['a', 'a', 5],
      ['a', 'b', 5],
      ['b', '(other)', 5],
      ['b', 'b', 10],
    ])
  })

  test('a record asked twice counts by its wrong label', () => {
    const { own } = assessed((index) => ({ ...label('a', index === 0 ? 'b' : 'a'), record: 'same' }))
    expect(own?.labels[0]).toMatchObject({ correct: 0, n: 1 })
  })
})
