import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  firstToken_ms,
  generatedPerSecond,
  promptPerSecond,
  timePerOutputToken_ms,
} from '../../src/gates/answer-speed.ts'

const timing = { total_ms: 3000, first_content_ms: 500, chunks: 100 }

describe('time per output token', () => {
  test('is what is left after the first token, by the steps to the others', () => {
    const answer = { usage: { output_tokens: 101 }, timing }
    expect(timePerOutputToken_ms(answer)).toBe(25)
    expect(generatedPerSecond(answer)).toEqual({ wire: 40 })
  })

  test('counts from the first thinking where that came first', () => {
    const thought = { ...timing, first_content_ms: 2000, first_thinking_ms: 500 }
    expect(firstToken_ms(thought)).toBe(500)
    expect(timePerOutputToken_ms({ usage: { output_tokens: 101 }, timing: thought })).toBe(25)
  })

  test.for([
    ['of a single token', { usage: { output_tokens: 1 }, timing: { ...timing, chunks: 1 } }],
    ['of tokens that nobody counted', { usage: {}, timing }],
    ['where nothing came', { usage: { output_tokens: 9 }, timing: { total_ms: 100, chunks: 0 } }],
    ['of an answer in one piece', { usage: { output_tokens: 101 }, timing: { ...timing, chunks: 1 } }],
    ['where most tokens were not seen', { usage: { output_tokens: 101 }, timing: { ...timing, chunks: 25 } }],
    ['where all came at the end', { usage: { output_tokens: 9 }, timing: { ...timing, first_content_ms: 3000 } }],
  ] as const)('cannot be computed %s', ([, answer]) => {
    expect(timePerOutputToken_ms(answer)).toBeUndefined()
    expect(generatedPerSecond(answer)).not.toHaveProperty('wire')
  })

  test('is the same by both witnesses wherever tokens come at an even pace, for any number of them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5000 }),
        fc.double({ min: 0.01, max: 2000, noNaN: true }),
        fc.double({ min: 0.1, max: 1e6, noNaN: true }),
        (output_tokens, step_ms, first_content_ms) => {
          const server_generation_ms = step_ms * (output_tokens - 1)
          const { server, wire } = generatedPerSecond({
            usage: { output_tokens },
            timing: {
              total_ms: first_content_ms + server_generation_ms,
              first_content_ms,
              chunks: output_tokens,
              server_generation_ms,
            },
          })
          expect((wire as number) / (server as number)).toBeCloseTo(1, 5)
          expect(server).toBeCloseTo(1000 / step_ms, 6)
        },
      ),
    )
  })
})

describe('prompt speed', () => {
  test('counts only what was evaluated anew, by both witnesses', () => {
    const answer = {
      usage: { prompt_tokens: 300, cached_prompt_tokens: 100 },
      timing: { ...timing, server_prompt_ms: 400 },
    }
    expect(promptPerSecond(answer)).toEqual({ server: 500, wire: 400 })
  })

  test('is not known of a prompt that was wholly cached, nor of one that nobody counted', () => {
    const cached = { usage: { prompt_tokens: 300, cached_prompt_tokens: 299 }, timing }
    expect(promptPerSecond(cached)).toEqual({})
    expect(promptPerSecond({ usage: {}, timing })).toEqual({})
  })
})
