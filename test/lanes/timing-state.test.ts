import { describe, expect, test } from 'vitest'
import { timingState } from '../../src/lanes/timing-state.ts'

describe('the population of an answer', () => {
  const counted = (prompt_tokens: number, cached_prompt_tokens: number) => ({ prompt_tokens, cached_prompt_tokens })
  test.each([
    ['the first answer after a load', { cold: true, usage: counted(100, 90), cache_forbidden: false }, 'cold', 'load'],
    ['a counted cache', { cold: false, usage: counted(100, 90), cache_forbidden: true }, 'prefix-cached', 'server'],
    ['a few counted tokens', { cold: false, usage: counted(100, 10), cache_forbidden: false }, 'warm', 'server'],
    ['a forbidden cache without a count', { cold: false, usage: {}, cache_forbidden: true }, 'warm', 'request'],
    [
      'no count, nothing forbidden',
      { cold: false, usage: { prompt_tokens: 9 }, cache_forbidden: false },
      'prefix-cached',
      'not-excluded',
    ],
  ] as const)('%s', (_, start, state, state_by) => {
    expect(timingState(start)).toEqual({ state, state_by })
  })
})
