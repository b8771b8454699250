import { describe, expect, test } from 'vitest'
import { assessed, textsOf } from './assessed.ts'
import { withWorkload } from './evidence.ts'
import { phi } from './observed-lanes.ts'
import { architectureEvidence, meetingEvidence } from './workload-evidence.ts'

describe('meeting-summary cleanup', () => {
  test('is local-primary on the quality lane, since every gate passed there', () => {
    const { route, flips } = assessed('meeting-summary', meetingEvidence())
    expect(route).toMatchObject({ route: 'local-primary', mode: 'autonomous', lane: 'local-quality' })
    expect(route.reasons[0]?.text).toContain('local-quality is proven: every required gate passed: 25 of 25 valid')
    expect(textsOf(flips)).toContain('local-quality: one answer from other weights, or without proof')
  })

  test('is blocked where phi4-mini answered for qwen3.6:27b, however good the answers were', () => {
    const { route, standings, flips } = assessed('meeting-summary', meetingEvidence({ served_by: phi }))
    expect(route).toMatchObject({ route: 'blocked', blocked: 'blocked-local', mode: 'none' })
    expect(standings[0]).toMatchObject({
      status: 'untrusted',
      reason: 'identity: asked for qwen3.6:27b, the runtime declares phi4-mini',
    })
    expect(textsOf(flips)).toEqual(['local-quality: every answer proven at level weights or above'])
  })

  test('is blocked where a single answer came from phi4-mini', () => {
    const [wrong] = meetingEvidence({ served_by: phi }).filter(({ kind }) => kind === 'completion')
    const evidence = meetingEvidence().map((each) => (each.id === wrong?.id ? wrong : each))
    expect(assessed('meeting-summary', evidence).route.route).toBe('blocked')
  })

  test('never goes to the cloud, even where a config that the parser refuses says so', () => {
    const config = withWorkload('meeting-summary', { lanes: ['cloud', 'local-quality'], incumbent: 'cloud' })
    const measured = architectureEvidence().map((each) =>
      'workload' in each ? { ...each, workload: 'meeting-summary' } : each,
    )
    const cloudOnly = measured.filter((each) => 'lane' in each && each.lane === 'cloud')
    for (const evidence of [[], cloudOnly, [...cloudOnly, ...meetingEvidence({ served_by: phi })]]) {
      const { route } = assessed('meeting-summary', evidence, config)
      expect(route).toMatchObject({ route: 'blocked', blocked: 'blocked-local' })
      expect(route.runner_up?.lane).not.toBe('cloud')
    }
    // The same evidence, were the workload not private, would have gone there.
    const internal = withWorkload('meeting-summary', { lanes: ['cloud'], privacy: 'internal' })
    expect(assessed('meeting-summary', cloudOnly, internal).route.route).toBe('cloud-primary')
  })
})
