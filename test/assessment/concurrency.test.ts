import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assessLevel } from '../../src/assessment/concurrency.ts'
import type { ConcurrencyLevel } from '../../src/evidence/latency-schema.ts'

const tokens = 64

/** Calls that each read `prompt_ms` and write for `stream_ms`, served by so many slots, the slots' work shared or not. */
function served(concurrency: number, slots: number, { prompt_ms = 100, stream_ms = 1000, slowed = 1 } = {}) {
  const calls = Array.from({ length: concurrency }, (_, index) => {
    const turn = Math.floor(index / slots)
    const begin = turn * (prompt_ms + stream_ms * slowed)
    const first_token_ms = begin + prompt_ms
    return {
      state: 'answered' as const,
      usage: { output_tokens: tokens },
      chunks: tokens,
      first_token_ms,
      total_ms: first_token_ms + stream_ms * slowed,
    }
  })
  return { concurrency, calls, total_ms: Math.max(...calls.map(({ total_ms }) => total_ms)) } satisfies ConcurrencyLevel
}

const anyCall = {
  prompt_ms: fc.double({ min: 1, max: 500, noNaN: true }),
  stream_ms: fc.double({ min: 400, max: 60_000, noNaN: true }),
}

describe('calls at once', () => {
  test('are queued where each begins when the one before has ended, at any speed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 16 }), fc.record(anyCall), (concurrency, call) => {
        expect(assessLevel(served(concurrency, 1, call)).judgement).toBe('queued')
      }),
    )
  })

  test('are parallel where all are under way together, though on few cores nothing is gained by it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 16 }), fc.record(anyCall), (concurrency, call) => {
        const level = assessLevel(served(concurrency, concurrency, { ...call, slowed: concurrency }))
        expect(level.judgement).toBe('parallel')
        expect(level.answers_at_once).toBe(concurrency)
      }),
    )
  })

  test('are partly parallel with two slots for four', () => {
    const level = assessLevel(served(4, 2))
    expect(level).toMatchObject({ judgement: 'partly-parallel', answers_at_once: 2 })
  })

  test('are parallel though each began later than the one before, as where the cores are busy reading prompts', () => {
    const { calls, ...level } = served(4, 4)
    const staggered = calls.map((call, index) => ({
      ...call,
      first_token_ms: call.first_token_ms + index * 200,
      total_ms: call.total_ms + index * 50,
    }))
    expect(assessLevel({ ...level, calls: staggered }).judgement).toBe('parallel')
  })

  test('are queued though the end of one arrives a little after the beginning of the next', () => {
    const { calls, ...level } = served(4, 1)
    const late = calls.map((call) => ({ ...call, total_ms: call.total_ms + 120 }))
    expect(assessLevel({ ...level, calls: late }).judgement).toBe('queued')
  })

  test('have a throughput in all and the first and last first token', () => {
    expect(assessLevel(served(4, 1))).toEqual({
      concurrency: 4,
      judgement: 'queued',
      answers_at_once: 1,
      first_token_growth: 1.1,
      first_token_ms: { earliest: 100, latest: 3400 },
      tokens_per_second: (4 * tokens) / 4.4,
      text: 'one after the other (1 answer at a time, first token after 0.1 s to 3.4 s, 58 tok/s in all)',
    })
  })

  test('are unclear where one was refused', () => {
    const { calls, ...level } = served(2, 2)
    const refused = { state: 'failed', code: 'queue-full', message: 'server busy', total_ms: 3 } as const
    const assessed = assessLevel({ ...level, calls: [calls[0] as never, refused] })
    expect(assessed).toMatchObject({ judgement: 'unclear', text: '1 of 2 failed: server busy' })
    expect(assessed).not.toHaveProperty('tokens_per_second')
  })

  test('are unclear where answers come whole at the end, so that nobody sees when they were made', () => {
    const { calls, ...level } = served(2, 1)
    const whole = calls.map((call) => ({ ...call, first_token_ms: call.total_ms - 1 }))
    expect(assessLevel({ ...level, calls: whole }).judgement).toBe('unclear')
    const inOnePiece = calls.map((call) => ({ ...call, chunks: 1 }))
    expect(assessLevel({ ...level, calls: inOnePiece }).judgement).toBe('unclear')
  })

  test('are neither parallel nor queued where there is one', () => {
    expect(assessLevel(served(1, 1))).toMatchObject({ judgement: 'alone', answers_at_once: 1 })
  })
})
