import { describe, expect, test } from 'vitest'
import type { FaultRequest } from '../../src/evidence/fault-schema.ts'
import type { EvidenceOf } from '../../src/evidence/schema.ts'
import { faultOutcome } from '../../src/gates/fault-outcome.ts'

const asked = (changes: Partial<FaultRequest> = {}): FaultRequest => ({
  at_ms: 0,
  through: 'lane',
  requested_model: 'phi4-mini',
  outcome: 'answered',
  faulty: true,
  ...changes,
})
const reactionTo = (changes: Partial<EvidenceOf<'fault'>>) =>
  faultOutcome(
    {
      fault: 'http-503',
      selected_model: 'phi4-mini',
      fallback_lane: 'small',
      fallback_model: 'smollm2',
      exit: { state: 'exited', code: 0 },
      total_ms: 5000,
      requests: [asked()],
      ...changes,
    } as EvidenceOf<'fault'>,
    { retries: 5 },
  ).reaction

describe('a worker that ends with success', () => {
  const slow = { fault: 'slow-first-token' } as const
  const helper = asked({ requested_model: 'nomic-embed-text', faulty: false })

  test('and waited for the selected model has answered, whatever it asked beside it', () => {
    expect(reactionTo(slow)).toBe('answered')
    expect(reactionTo({ ...slow, requests: [helper, asked()] })).toBe('answered')
    expect(reactionTo({ ...slow, requests: [asked(), helper], reported_model: 'phi4-mini:latest' })).toBe('answered')
    const hedged = [asked(), asked({ through: 'fallback', requested_model: 'smollm2', faulty: false })]
    expect(reactionTo({ ...slow, requests: hedged, reported_model: 'phi4-mini' })).toBe('answered')
  })

  test('with another model in its record, or none after the fallback was asked, has not', () => {
    expect(reactionTo({ ...slow, requests: [asked(), helper], reported_model: 'nomic-embed-text' })).not.toBe(
      'answered',
    )
    const hedged = [asked(), asked({ through: 'fallback', requested_model: 'smollm2', faulty: false })]
    expect(reactionTo({ ...slow, requests: hedged })).toBe('wrong-model')
    expect(reactionTo({ ...slow, requests: [asked({ outcome: 'cut' })] })).toBe('passed-on-nothing')
  })

  test('fell back where the declared model was asked for and named, with or without its version', () => {
    const fallback = (requested_model: string) => [
      asked({ outcome: 'failed' }),
      asked({ through: 'fallback', requested_model, faulty: false }),
    ]
    expect(reactionTo({ requests: fallback('smollm2'), reported_model: 'smollm2:latest' })).toBe('fell-back')
    expect(reactionTo({ requests: fallback('smollm2'), reported_model: 'phi4-mini' })).toBe('wrong-model')
    // Its record names the declared model, and it asked for another one there.
    expect(reactionTo({ requests: fallback('phi4-mini'), reported_model: 'smollm2' })).toBe('wrong-model')
  })
})

describe('a worker that the bench had to end', () => {
  const ended = { exit: { state: 'timed-out' as const, seconds: 5 } }
  const retries = (count: number, gap_ms: number) =>
    Array.from({ length: count + 1 }, (_, index) => asked({ at_ms: index * gap_ms, outcome: 'failed' }))

  test('retried without bounds where it asked again and again, and hung where it did not', () => {
    expect(reactionTo({ ...ended, requests: retries(40, 100) })).toBe('retried-without-bounds')
    expect(reactionTo({ ...ended, requests: retries(3, 10) })).toBe('retried-without-bounds')
    expect(reactionTo({ ...ended, requests: retries(3, 1000) })).toBe('hung')
    expect(reactionTo({ ...ended, fault: 'time-out', requests: [asked({ outcome: 'pending' })] })).toBe('hung')
  })
})
