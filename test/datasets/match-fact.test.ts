import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalsFact, holdsFact, normaliseText } from '../../src/datasets/match-fact.ts'

describe('holdsFact', () => {
  test.each([
    ['case', 'Order ORD-12 is late', 'ord-12'],
    ['white space', 'New\n  York', 'new york'],
    ['dashes', 'ord\u201312', 'ord-12'],
    ['quotes', 'the \u201cBlue\u201d plan, o\u2019clock', '"blue" plan, o\'clock'],
    ['full-width forms', '\uff21\uff22\uff23', 'abc'],
    ['decomposed accents', 'cafe\u0301', 'caf\u00e9'],
    ['outer punctuation', 'late delivery', '"late delivery."'],
    ['zero-width characters', 'ord\u200b-12', 'ord-12'],
    ['scripts without spaces', '\u6211\u7684\u8ba2\u5355\u53f7', '\u8ba2\u5355'],
    ['one alternative among words', 'refund of $12', '$12'],
  ])('%s makes no difference', (_, answer, alternative) => {
    expect(holdsFact(answer, [alternative])).toBe(true)
  })

  test.each([
    ['ord-123', 'ord-12'],
    ['xord-12', 'ord-12'],
    ['12.50', '12'],
    ['-12', '12'],
    ['1,200', '200'],
    ['12:30', '12'],
    ['1/12', '12'],
    ['12/2026', '12'],
    ["1'200", '200'],
    ['written in C++', 'C'],
    ['C#', 'c'],
    ['caf\u00e9s', 'caf\u00e9'],
    ['cafe\u0301', 'cafe'],
    ['snake_case', 'case'],
    ['', 'x'],
  ])('%j does not hold %j', (answer, alternative) => {
    expect(holdsFact(answer, [alternative])).toBe(false)
  })

  test('looks on behind a place that is no token', () => {
    expect(holdsFact('ord-123 and ord-12', ['ord-12'])).toBe(true)
  })

  test('numbers and booleans count by value', () => {
    expect(holdsFact(12, ['12'])).toBe(true)
    expect(holdsFact(1.5, ['1.50'])).toBe(true)
    expect(holdsFact(12.5, ['12'])).toBe(false)
    expect(holdsFact(0, [''])).toBe(false)
    expect(holdsFact(true, ['True'])).toBe(true)
    expect(holdsFact(null, ['null'])).toBe(false)
  })

  test('any element of a list counts', () => {
    expect(holdsFact(['a', 'ord-12', 3], ['ord-12'])).toBe(true)
    expect(holdsFact(['a', 3], ['3'])).toBe(true)
    expect(holdsFact([{ a: 'ord-12' }], ['ord-12'])).toBe(false)
  })

  const readable = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => normaliseText(text) !== '')

  test('a text holds itself', () => {
    fc.assert(
      fc.property(readable, (text) => {
        expect(holdsFact(text, [text])).toBe(true)
        expect(equalsFact(text, [text])).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('the order of alternatives is irrelevant, and more of them lose nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(readable, { minLength: 1 }), (answer, alternatives) => {
        const found = holdsFact(answer, alternatives)
        expect(holdsFact(answer, alternatives.toReversed())).toBe(found)
        if (found) expect(holdsFact(answer, ['something else', ...alternatives])).toBe(true)
      }),
    )
  })

  test('words before and after lose nothing', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/)
    fc.assert(
      fc.property(word, fc.stringMatching(/^[a-z0-9]{1,6}$/), word, (before, fact, after) => {
        expect(holdsFact(`${before} ${fact}, ${after}`, [fact])).toBe(true)
      }),
    )
  })
})

describe('equalsFact', () => {
  test('a closed vocabulary is compared whole, case apart', () => {
    expect(equalsFact('High', ['high'])).toBe(true)
    expect(equalsFact('high priority', ['high'])).toBe(false)
    expect(equalsFact('+1', ['-1'])).toBe(false)
    expect(equalsFact(3, ['3'])).toBe(true)
    expect(equalsFact(['low', 'high'], ['high'])).toBe(true)
    expect(equalsFact(undefined, ['undefined'])).toBe(false)
  })
})
