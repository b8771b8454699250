import { describe, expect, test } from 'vitest'
import { isAnswered } from '../../../src/gates/verdict.ts'
import { median } from '../../../src/statistics/quantile.ts'
import { assessed, textsOf } from './assessed.ts'
import { withWorkload } from './evidence.ts'
import { figures } from './figures.ts'
import { supportEvidence } from './workload-evidence.ts'

describe('support-log summary', () => {
  test('is local-fallback: it serves while memory stays below caution, otherwise it queues', () => {
    const { route, standings } = assessed('support-log-summary', supportEvidence())
    expect(route).toMatchObject({
      route: 'local-fallback',
      mode: 'autonomous',
      lane: 'local-quality',
      otherwise: 'queue',
      runner_up: { lane: 'local-fast', status: 'unfit' },
    })
    expect(route.reasons[0]?.text).toBe(
      'local-quality is conditional (while memory in use stays below 80 %): memory: above caution (80 %), below critical (92 %)',
    )
    expect(standings[0]?.conditions).toEqual([
      { text: 'memory in use stays below 80 %', evidence_ids: ['memory-support-log-summary-local-quality'] },
    ])
  })

  test('carries the measured seconds: 41 s and 58 s on one lane, 12 s on the other', () => {
    const seconds = (lane: string) =>
      supportEvidence().flatMap((each) =>
        each.kind === 'completion' && each.lane === lane && isAnswered(each) ? each.outcome.timing.total_ms / 1000 : [],
      )
    expect(median(seconds('local-quality'))).toBe(figures.qwenSupport.median_s)
    expect(Math.max(...seconds('local-quality'))).toBe(figures.qwenSupport.slowest_s)
    expect(median(seconds('local-fast'))).toBe(figures.phiSupport.median_s)
    const [quality] = assessed('support-log-summary', supportEvidence()).standings
    expect(quality?.verdicts.find(({ gate }) => gate === 'latency')?.observed).toBe(
      'prefix-cached n = 25, median 41 s (95 %: 34 s to 48 s), max of 25 58 s',
    )
  })

  test('does not take the faster lane, which misses two of seven fields', () => {
    const fast = assessed('support-log-summary', supportEvidence()).standings.find(({ lane }) => lane === 'local-fast')
    expect(fast?.status).toBe('unfit')
    expect(fast?.verdicts.find(({ gate }) => gate === 'quality')?.offender?.why).toBe(
      '5 of 7 facts; missed ended_at, cause',
    )
  })

  test('says what would change it: memory below caution, memory at critical', () => {
    const flips = textsOf(assessed('support-log-summary', supportEvidence()).flips)
    expect(flips).toContain('local-quality: local-primary once memory in use stays below 80 %')
    expect(flips).toContain('local-quality: not local once memory in use reaches 92 %')
  })

  test.for([
    [79, 'local-primary'],
    [80, 'local-fallback'],
    [91, 'local-fallback'],
    [92, 'blocked'],
  ] as const)('with memory at %i % is %s', ([peakPercent, route]) => {
    expect(assessed('support-log-summary', supportEvidence({ peakPercent })).route.route).toBe(route)
  })

  test('falls back to the cloud where that does the job today and privacy allows it, else to the queue', () => {
    const otherwise = (privacy: 'internal' | 'private') => {
      const config = withWorkload('support-log-summary', { incumbent: 'cloud', privacy })
      return assessed('support-log-summary', supportEvidence(), config).route.otherwise
    }
    expect(otherwise('internal')).toBe('cloud')
    expect(otherwise('private')).toBe('queue')
  })
})
