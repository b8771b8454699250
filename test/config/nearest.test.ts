import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, nearest } from '../../src/config/nearest.ts'

describe('nearest', () => {
  test('finds a word with a letter missing, added, changed or swapped', () => {
    const words = ['validity', 'quality', 'latency']
    expect(['validty', 'validitty', 'valudity', 'vlaidity'].map((word) => nearest(word, words))).toEqual(
      Array.from({ length: 4 }, () => 'validity'),
    )
  })

  test('finds a beginning of a word', () => {
    expect(nearest('smollm2-135m', ['smollm2-135m-instruct'])).toBe('smollm2-135m-instruct')
  })

  test('guesses nothing where nothing is close', () => {
    expect(nearest('zzz', ['validity', 'seed'])).toBeUndefined()
  })
})

test('the edit distance of published examples', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('saturday', 'sunday')).toBe(3)
  expect(editDistance('ca', 'abc')).toBe(3)
})

test('the edit distance is 0 to itself, symmetric, and no more than the longer word', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (a, b) => {
      expect(editDistance(a, a)).toBe(0)
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
})
