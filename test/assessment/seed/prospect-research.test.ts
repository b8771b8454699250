import { describe, expect, test } from 'vitest'
import type { Evidence } from '../../../src/evidence/schema.ts'
import { assessed, textsOf } from './assessed.ts'
import { figures } from './figures.ts'
import { prospectEvidence } from './workload-evidence.ts'

const whole = { missingConfidence: 0, inventedCategory: 0 }
const validityOf = (evidence: readonly Evidence[]) => {
  const verdict = assessed('prospect-research', evidence).standings[0]?.verdicts.find(({ gate }) => gate === 'validity')
  if (!verdict) throw new Error('validity was not judged')
  return verdict
}

describe('prospect-research extraction', () => {
  test('is blocked-local and draft-only: 22 of 25 records keep the contract', () => {
    const { route, standings } = assessed('prospect-research', prospectEvidence())
    expect(route).toMatchObject({ route: 'blocked', blocked: 'blocked-local', mode: 'draft-only' })
    const failed = standings[0]?.verdicts.filter(({ status }) => status === 'fail')
    expect(failed?.map(({ gate }) => gate)).toEqual(['validity'])
    expect(validityOf(prospectEvidence())).toMatchObject({
      status: 'fail',
      n: 25,
      successes: 22,
      observed: '22 of 25 valid (2 × missing field source_confidence, 1 × invented service_category)',
    })
  })

  test('becomes local-primary once the three broken records are mended, as it says', () => {
    expect(textsOf(assessed('prospect-research', prospectEvidence()).flips)).toEqual([
      'local-quality: 3 broken records mended (22 of 25 valid; 25 of 25 needed)',
    ])
    expect(assessed('prospect-research', prospectEvidence(whole)).route).toMatchObject({
      route: 'local-primary',
      mode: 'autonomous',
    })
  })

  test.for([
    ['source_confidence', { missingConfidence: 1, inventedCategory: 0 }],
    ['the category', { missingConfidence: 0, inventedCategory: 1 }],
  ] as const)('stays blocked where one record still breaks %s', ([, broken]) => {
    expect(assessed('prospect-research', prospectEvidence(broken)).route).toMatchObject({
      route: 'blocked',
      mode: 'draft-only',
    })
  })

  test('stays blocked with 24 records, all valid, and says that one more is needed', () => {
    const { route, flips } = assessed('prospect-research', prospectEvidence({ ...whole, asked: 24 }))
    expect(route).toMatchObject({ route: 'blocked', blocked: 'blocked-local', mode: 'shadow' })
    expect(textsOf(flips)[0]).toContain('1 more distinct records (24 of 25)')
  })

  test('is blocked where one record takes longer than the limit', () => {
    const slow = prospectEvidence(whole).map((each): Evidence => {
      if (each.kind !== 'completion' || each.record_id !== 'prospect-05' || each.outcome.state !== 'answered')
        return each
      const total_ms = (figures.prospects.limit_s + 1) * 1000
      return { ...each, outcome: { ...each.outcome, timing: { ...each.outcome.timing, total_ms } } }
    })
    expect(assessed('prospect-research', slow).route.route).toBe('blocked')
    expect(validityOf(slow).offender?.why).toBe('took 91 s, the limit is 90 s')
  })

  // The seed says "25 hours of hidden QA per month", which is 100 records × 15 minutes: as if all were invalid. At its
  // own rate of 12 % it is 12 × 15 minutes = 3 hours.
  test('costs three hours of repair a month at the measured rate, not twenty-five', () => {
    const { n, successes = 0 } = validityOf(prospectEvidence())
    const invalidShare = (n - successes) / n
    expect(invalidShare).toBeCloseTo(0.12)
    expect((figures.repair.records * invalidShare * figures.repair.minutes) / 60).toBeCloseTo(3)
  })
})
