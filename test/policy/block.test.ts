import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Block, backoff_ms, blockState, concerns } from '../../src/policy/block.ts'

const hour = 3_600_000
const policy = { block_bound: '12h', first_backoff: '5m', longest_backoff: '12h' }
const at = (hours: number): Date => new Date(Date.UTC(2026, 0, 1) + hours * hour)
const block = (changes: Partial<Block> = {}): Block => ({
  file: 'ops/governor.json',
  reason: 'blocked_local_quality',
  created: at(0).toISOString(),
  ...changes,
})
const here = (hours: number, boot_id: string | undefined = 'boot-1') => ({ now: at(hours), boot_id })

describe('a block', () => {
  test('holds until its bound, and is stale from there on', () => {
    expect(blockState(block(), policy, here(11.9))).toEqual({ state: 'active', until: at(12).toISOString() })
    expect(blockState(block(), policy, here(12)).state).toBe('stale')
  })

  test('ends when it says, if that is earlier than its bound, and never later than that', () => {
    const short = block({ expires: at(1).toISOString() })
    expect(blockState(short, policy, here(0.5))).toEqual({ state: 'active', until: at(1).toISOString() })
    expect(blockState(short, policy, here(1)).state).toBe('stale')
    const long = block({ expires: at(1000).toISOString() })
    expect(blockState(long, policy, here(12)).state).toBe('stale')
  })

  test('is stale after the machine was started anew, however young it is', () => {
    const written = block({ boot_id: 'boot-0' })
    expect(blockState(written, policy, here(0.1))).toMatchObject({ state: 'stale' })
    expect(blockState(written, policy, here(0.1, 'boot-0')).state).toBe('active')
    // Where the system names no start, its age alone decides.
    expect(blockState(written, policy, { now: at(0.1), boot_id: undefined }).state).toBe('active')
  })

  test('never holds for longer than the bound from now, whatever times stand in it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.option(fc.integer({ min: -1e6, max: 1e6 })),
        (created, ends) => {
          const given = block({
            created: at(created / 100).toISOString(),
            ...(ends !== null && { expires: at(ends / 100).toISOString() }),
          })
          const state = blockState(given, policy, here(0))
          if (state.state === 'active') {
            expect(Date.parse(state.until)).toBeGreaterThan(at(0).getTime())
            expect(Date.parse(state.until)).toBeLessThanOrEqual(at(12).getTime())
          }
        },
      ),
    )
  })

  test('is about its workload and its weights only; one that names none is about all', () => {
    const model = { tag: 'qwen3.6:27b', weights_sha256: 'a'.repeat(64) }
    expect(concerns(block(), 'any', model)).toBe(true)
    expect(concerns(block({ workload: 'support' }), 'meeting', model)).toBe(false)
    expect(concerns(block({ weights: 'qwen3.6:27b' }), 'any', model)).toBe(true)
    expect(concerns(block({ weights: 'phi4-mini' }), 'any', model)).toBe(false)
    expect(concerns(block({ weights: `sha256:${'A'.repeat(64)}` }), 'any', model)).toBe(true)
    expect(concerns(block({ weights: 'b'.repeat(64) }), 'any', model)).toBe(false)
  })

  test('that names a tag without its version, or a digest as `ollama list` shows it, is about that model too', () => {
    const model = { tag: 'smollm2:latest', digest: `9077fe9d2ae1${'0'.repeat(52)}` }
    for (const weights of ['smollm2', 'registry.ollama.ai/library/smollm2', '9077fe9d2ae1', 'sha256:9077FE9D2AE1'])
      expect([weights, concerns(block({ weights }), 'any', model)]).toEqual([weights, true])
    expect(concerns(block({ weights: 'smollm2:latest' }), 'any', { tag: 'smollm2' })).toBe(true)
    for (const weights of ['smollm2:135m', '9077fe9d2ae2', 'smollm'])
      expect([weights, concerns(block({ weights }), 'any', model)]).toEqual([weights, false])
    expect(concerns(block({ weights: '9077fe9d2ae1' }), 'any', { tag: 'smollm2' })).toBe(true)
  })

  test('that names a hash is about a model whose hash nobody knows: unknown is no go', () => {
    expect(concerns(block({ weights: 'b'.repeat(64) }), 'any', { tag: 'qwen3.6:27b' })).toBe(true)
  })
})

describe('the back-off', () => {
  test('begins with the first, doubles with each failure and never exceeds the longest', () => {
    expect([1, 2, 3, 4].map((failures) => backoff_ms(policy, failures) / 60_000)).toEqual([5, 10, 20, 40])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (failures) => {
        const held = backoff_ms(policy, failures)
        expect(held).toBeLessThanOrEqual(12 * hour)
        expect(held).toBeGreaterThanOrEqual(backoff_ms(policy, Math.max(1, failures - 1)))
      }),
    )
  })
})
