import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countNewlines } from '../../src/logs/count-newlines.ts'
import { type Literal, literalScanner } from '../../src/logs/literal-scanner.ts'

/** Few letters, so that literals overlap each other and the text is full of them. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '\n'), maxLength: 300 })
const literal = fc.record({
  bytes: fc
    .string({ unit: fc.constantFrom('a', 'b', 'A', ' '), minLength: 4, maxLength: 9 })
    .map((each) => Buffer.from(each)),
  ignore_case: fc.boolean(),
})

test('finds every occurrence of every literal once, and nothing else', () => {
  fc.assert(
    fc.property(text, fc.array(literal, { minLength: 1, maxLength: 6 }), (content, literals) => {
      const hits: string[] = []
      literalScanner(literals)(Buffer.from(content), 0, content.length, (index) => hits.push(`${index}`))
      const expected = literals.flatMap((each, index) => occurrences(content, each).map(() => `${index}`))
      expect(hits.sort()).toEqual(expected.sort())
    }),
  )
})

test('says each occurrence at a place inside it, in order', () => {
  const bytes = Buffer.from('one needle, two needles, a haystack')
  const places: string[] = []
  literalScanner(['needle', 'haystack'].map((each) => ({ bytes: Buffer.from(each), ignore_case: false })))(
    bytes,
    0,
    bytes.length,
    (_, at) => places.push(bytes.toString('latin1', at - 2, at + 1)),
  )
  expect(places).toHaveLength(3)
  for (const place of places) expect('needle haystack').toContain(place)
})

test('looks at nothing outside the part that it was given', () => {
  const bytes = Buffer.from('needle needle needle')
  const places: number[] = []
  literalScanner([{ bytes: Buffer.from('needle'), ignore_case: false }])(bytes, 3, 16, (_, at) => places.push(at))
  expect(places).toHaveLength(1)
})

test('counts newlines as a loop does, from any place to any other', () => {
  fc.assert(
    fc.property(text, fc.nat(300), fc.nat(300), (content, first, second) => {
      const memory = new ArrayBuffer(304)
      const bytes = Buffer.from(memory)
      bytes.write(content)
      const [start, end] = [Math.min(first, second), Math.max(first, second)]
      const expected = bytes.subarray(start, end).filter((byte) => byte === 10).length
      expect(countNewlines(bytes, new Int32Array(memory), start, end)).toBe(expected)
    }),
  )
})

function occurrences(content: string, { bytes, ignore_case }: Literal): number[] {
  const [where, what] = ignore_case
    ? [content.toLowerCase(), bytes.toString().toLowerCase()]
    : [content, bytes.toString()]
  const found: number[] = []
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, at + 1)) found.push(at)
  return found
}
