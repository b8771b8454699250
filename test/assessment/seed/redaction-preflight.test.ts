import { describe, expect, test } from 'vitest'
import { assessed, textsOf } from './assessed.ts'
import { redactionEvidence, withoutLane } from './workload-evidence.ts'

describe('redaction and preflight classification', () => {
  test('is local-primary on the fast lane, since every gate passed there', () => {
    const { route, flips } = assessed('redaction-preflight', redactionEvidence())
    expect(route).toMatchObject({ route: 'local-primary', mode: 'autonomous', lane: 'local-fast' })
    expect(route.reasons[0]?.text).toContain('local-fast is proven: every required gate passed: 25 of 25 valid')
    expect(textsOf(flips)).toContain('local-fast: one record that breaks the contract')
  })

  test('is blocked where one answer leaves the vocabulary, as it says', () => {
    const { route, standings, flips } = assessed('redaction-preflight', redactionEvidence({ outsideVocabulary: 1 }))
    expect(route).toMatchObject({ route: 'blocked', blocked: 'blocked-local', mode: 'draft-only' })
    expect(standings[0]?.reason).toBe('validity: preflight-01: field category is outside its vocabulary')
    expect(textsOf(flips)).toEqual(['local-fast: 1 broken record mended (24 of 25 valid; 25 of 25 needed)'])
  })

  test('is blocked where nothing was measured', () => {
    expect(assessed('redaction-preflight', withoutLane(redactionEvidence(), 'local-fast')).route).toMatchObject({
      route: 'blocked',
      mode: 'shadow',
    })
  })
})
