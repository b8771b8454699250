import { describe, expect, test } from 'vitest'
import { baselineAnswer } from '../../src/datasets/baseline.ts'

const record = (input: string) => ({ id: 'r', input, expected: {} })
const schema = {
  type: 'object',
  properties: {
    title: { type: 'string', maxLength: 8 },
    priority: { enum: ['low', 'high'] },
    count: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' } },
  },
}

describe('baselineAnswer', () => {
  test('gives the first group, trimmed and cut, in the order of the schema', () => {
    const baseline = {
      priority: { constant: 'low' },
      title: { regex: 'subject:(.*)', flags: 'i', otherwise: 'none' },
    }
    expect(baselineAnswer({ baseline, schema }, record('Subject:  broken screen'))).toBe(
      '{"title":"broken s","priority":"low"}',
    )
    expect(baselineAnswer({ baseline, schema }, record('Hello'))).toBe('{"title":"none","priority":"low"}')
  })

  test('gives the whole match where there is no group, and the other text where the group is blank', () => {
    expect(
      baselineAnswer({ baseline: { title: { regex: '\\d+', otherwise: 'none' } }, schema }, record('a 12 b')),
    ).toBe('{"title":"12"}')
    expect(baselineAnswer({ baseline: { title: { regex: 'a(.*)b', otherwise: 'none' } }, schema }, record('a b'))).toBe(
      '{"title":"none"}',
    )
  })

  test('keeps to a closed vocabulary, case apart', () => {
    const baseline = { priority: { regex: 'prio (\\w+)', otherwise: 'low' } }
    expect(baselineAnswer({ baseline, schema }, record('prio HIGH'))).toBe('{"priority":"high"}')
    expect(baselineAnswer({ baseline, schema }, record('prio odd'))).toBe('{"priority":"low"}')
  })

  test('writes numbers and lists where the schema asks for them', () => {
    const baseline = { count: { regex: '\\d+', otherwise: '0' }, tags: { constant: 'ticket' } }
    expect(baselineAnswer({ baseline, schema }, record('3 items'))).toBe('{"count":3,"tags":["ticket"]}')
  })

  test('cuts between characters, not inside one', () => {
    const baseline = { title: { regex: '.*', flags: 'su', otherwise: '' } }
    expect(JSON.parse(baselineAnswer({ baseline, schema }, record('\u{1f600}'.repeat(10))))).toEqual({
      title: '\u{1f600}'.repeat(8),
    })
  })
})
