import { describe, expect, test } from 'vitest'
import { assessed, textsOf } from './assessed.ts'
import { withWorkload } from './evidence.ts'
import { architectureEvidence, redactionEvidence, withoutLane } from './workload-evidence.ts'

const evidence = [...architectureEvidence(), ...redactionEvidence()]

describe('codebase architecture review', () => {
  test('is cloud-primary, since the local lane misses facts across files, with redaction done locally', () => {
    const { route } = assessed('architecture-review', evidence)
    expect(route).toMatchObject({
      route: 'cloud-primary',
      mode: 'autonomous',
      lane: 'cloud',
      assisted_by: [{ workload: 'redaction-preflight', lane: 'local-fast' }],
    })
    expect(textsOf(route.reasons)).toEqual([
      expect.stringContaining('cloud is proven'),
      expect.stringMatching(
        /^local-quality is unfit: quality: 60 % of \d+ records are good \(at most [\d.]+ %, one-sided 95 %\), 90 % are needed$/,
      ),
      'redaction-preflight assists: it is proven on local-fast',
    ])
  })

  test('becomes local-primary with as many more good records as it says', () => {
    expect(textsOf(assessed('architecture-review', evidence).flips)).toContain(
      'local-quality: 8 more good records (15 of 25; 23 needed)',
    )
    const routeWith = (localMisses: number) =>
      assessed('architecture-review', architectureEvidence({ localMisses })).route
    expect(routeWith(10 - 7).route).toBe('cloud-primary')
    expect(routeWith(10 - 8)).toMatchObject({ route: 'local-primary', lane: 'local-quality' })
  })

  test('without evidence of the cloud lane stays there as the incumbent only, as drafts: the stakes are high', () => {
    const { route, flips } = assessed('architecture-review', withoutLane(evidence, 'cloud'))
    expect(route).toMatchObject({
      route: 'cloud-primary',
      mode: 'draft-only',
      lane: 'cloud',
      incumbent_not_measured: true,
    })
    expect(route.reasons[0]?.text).toBe('cloud does the job today; it was not measured here')
    expect(textsOf(flips)).toContain('cloud: autonomous with 59 distinct records valid and none broken (0 so far)')
    expect(textsOf(flips)).toContain('cloud: blocked once it is no longer the incumbent, unless it is proven first')
  })

  test('is blocked without evidence of the cloud lane where that does not do the job today', () => {
    const config = withWorkload('architecture-review', { incumbent: 'manual' })
    const { route } = assessed('architecture-review', withoutLane(evidence, 'cloud'), config)
    expect(route).toMatchObject({ route: 'blocked', blocked: 'blocked', mode: 'draft-only' })
    expect(assessed('architecture-review', evidence, config).route.route).toBe('cloud-primary')
  })

  test('says n of N of an incumbent that was measured too little', () => {
    const { route } = assessed('architecture-review', architectureEvidence({ cloudRecords: 4 }))
    expect(route).toMatchObject({
      route: 'cloud-primary',
      mode: 'draft-only',
      incumbent_measured: { n: 4, needed: 25 },
    })
    expect(route).not.toHaveProperty('incumbent_not_measured')
    expect(route.reasons[0]?.text).toContain('it was measured too little here, 4 of 25')
  })

  test('is blocked once it is private', () => {
    const config = withWorkload('architecture-review', { privacy: 'private' })
    expect(assessed('architecture-review', evidence, config).route).toMatchObject({
      route: 'blocked',
      blocked: 'blocked-local',
    })
  })

  test('names redaction as no help where that is not proven locally', () => {
    const broken = [...architectureEvidence(), ...redactionEvidence({ outsideVocabulary: 1 })]
    const { route } = assessed('architecture-review', broken)
    expect(route.assisted_by).toEqual([])
    expect(route.reasons.at(-1)?.text).toBe(
      'redaction-preflight cannot assist yet: it is blocked-local, not local-primary',
    )
  })
})
