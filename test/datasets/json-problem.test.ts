import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findJsonProblem } from '../../src/datasets/json-problem.ts'

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('agrees with JSON.parse, keys that stand twice apart', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-0.5e+3',
      '01',
      'null',
      'true',
      ' ',
      '\n',
      '"\\u00e9"',
      '"\\x"',
      '"',
      '\u00a0',
    ),
    { maxLength: 12 },
  )
  const texts = fc.oneof(
    pieces.map((list) => list.join('')),
    fc.json(),
    fc.json().chain((text) => fc.nat(text.length).map((end) => text.slice(0, end))),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const problem = findJsonProblem(text)
      if (problem === undefined) expect(parses(text)).toBe(true)
      else if (!problem.reason.includes('twice')) expect(parses(text)).toBe(false)
    }),
    { numRuns: 5000 },
  )
})

test('says where and why', () => {
  expect(
    ['', '{"a" 1}', '[1,]', '{"a":1,}', '"\n"', '"\\q"', '"open', '{"a":1,"\\u0061":2}', '1 2', 'nul'].map(
      findJsonProblem,
    ),
  ).toMatchInlineSnapshot(`
    [
      {
        "offset": 0,
        "reason": "the text ends where a value is expected",
      },
      {
        "offset": 5,
        "reason": "expected :",
      },
      {
        "offset": 3,
        "reason": "expected a value",
      },
      {
        "offset": 7,
        "reason": "expected a key in double quotes",
      },
      {
        "offset": 1,
        "reason": "a line break or control character inside a string; write \\n",
      },
      {
        "offset": 1,
        "reason": "an escape that JSON does not have; write \\\\ for a backslash",
      },
      {
        "offset": 0,
        "reason": "a string that is not closed",
      },
      {
        "offset": 7,
        "reason": "the key "a" stands twice in one object",
      },
      {
        "offset": 2,
        "reason": "more text after the end of the value",
      },
      {
        "offset": 0,
        "reason": "expected a value",
      },
    ]
  `)
})
