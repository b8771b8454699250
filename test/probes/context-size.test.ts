import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ContextTrial } from '../../src/evidence/context-schema.ts'
import { codesIn, contextPrompt } from '../../src/probes/context-prompt.ts'
import { calibrate, cyclesFor, targetOf } from '../../src/probes/context-size.ts'
import { wordsOf } from '../../src/runtimes/words-of.ts'

const codes = { head: '100001', middle: '200002', tail: '300003' }
const trial = (cycles: number, prompt_tokens: number | undefined): ContextTrial => ({
  words: wordsOf(contextPrompt(cycles, codes)),
  characters: 0,
  outcome: {
    state: 'answered',
    ...(prompt_tokens !== undefined && { prompt_tokens }),
    codes: codesIn('', codes),
    total_ms: 1,
  },
})
const failed: ContextTrial = {
  words: 83,
  characters: 425,
  outcome: { state: 'failed', code: 'queue-full', message: 'full', total_ms: 1 },
}

describe('the calibration', () => {
  test('tells of every length how many tokens a tokenizer that works in straight lines makes of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 57, max: 400 }),
        fc.nat(5000),
        (fixed, each, cycles) => {
          const count = (n: number) => fixed + 26 + n * each
          const calibration = calibrate([1, 3], [trial(1, count(1)), trial(3, count(3))])
          expect(calibration?.tokensOf(cycles)).toBe(count(cycles))
        },
      ),
    )
  })

  test('takes words for tokens where the server counts none, or cut off even the short prompts', () => {
    const words = (n: number) => wordsOf(contextPrompt(n, codes))
    for (const trials of [
      [trial(1, undefined), trial(3, undefined)] as const,
      [trial(1, 130), trial(3, 130)] as const,
    ]) {
      expect(calibrate([1, 3], trials)?.tokensOf(30)).toBe(words(30))
    }
  })

  test('is none where a short prompt got no answer', () => {
    expect(calibrate([1, 3], [trial(1, 146), failed])).toBeUndefined()
  })
})

describe('the size of the prompt', () => {
  test('is the longest that fits, never over it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 200_000 }), (tokens) => {
        const calibration = { fixedTokens: 84, tokensPerCycle: 62, tokensOf: (cycles: number) => 84 + 62 * cycles }
        const cycles = cyclesFor(tokens, calibration)
        expect(calibration.tokensOf(cycles)).toBeLessThanOrEqual(tokens)
        expect(calibration.tokensOf(cycles + 1)).toBeGreaterThan(tokens)
      }),
    )
  })

  test('follows the least of what is asked for, declared, and allowed to take', () => {
    const limits = { maximum_tokens: 4096, seconds: 60 }
    const target = (configured?: number, in_force?: number, speed?: number) =>
      targetOf({ configured, in_force }, limits, speed)
    expect(target(2048, 2048)).toEqual({ tokens: 2048, from: 'configured' })
    expect(target(4096, 2048)).toEqual({ tokens: 2048, from: 'in-force' })
    expect(target(undefined, 131_072)).toEqual({ tokens: 4096, from: 'maximum-tokens' })
    expect(target(undefined, 131_072, 20)).toEqual({ tokens: 1200, from: 'seconds' })
    expect(target()).toEqual({ tokens: 4096, from: 'maximum-tokens' })
  })
})

describe('the prompt', () => {
  test('has its codes at head, middle and tail, so that no cut leaves all three', () => {
    const [message] = contextPrompt(40, codes)
    const text = message?.content ?? ''
    const at = Object.values(codes).map((code) => text.indexOf(code) / text.length)
    expect(at[0]).toBeLessThan(0.01)
    expect(at[1]).toBeCloseTo(0.5, 1)
    expect(at[2]).toBeGreaterThan(0.98)
    for (const part of [text.slice(0, text.length / 2 - 200), text.slice(text.length / 2 + 200)]) {
      expect(Object.values(codesIn(part, codes)).filter(Boolean).length).toBeLessThan(3)
    }
  })
})
