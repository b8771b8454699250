import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CandidateLine, LineFeeder } from '../../src/logs/line-feeder.ts'
import { literalScanner } from '../../src/logs/literal-scanner.ts'

const scan = literalScanner([{ bytes: Buffer.from('needle'), ignore_case: false }])

function feed(pieces: readonly Buffer[]) {
  const lines: CandidateLine[] = []
  const feeder = new LineFeeder(scan, Date.UTC(2026, 10, 25), (line) => lines.push(line))
  for (const piece of pieces) feeder.write(piece)
  return { lines, source: feeder.end() }
}

test('hands on the lines with a literal under their numbers, however the log comes in pieces', () => {
  const line = fc.constantFrom(
    '',
    'x',
    'needle',
    'a needle here',
    'needle needle',
    'é needle ü',
    'needl',
    'y'.repeat(50),
  )
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      (all, cuts) => {
        const bytes = Buffer.from(all.join('\n'))
        const pieces: Buffer[] = []
        for (let at = 0, index = 0; at < bytes.length; index += 1) {
          const length = cuts[index % cuts.length] as number
          pieces.push(bytes.subarray(at, at + length))
          at += length
        }
        const expected = all.flatMap((text, index) => (text.includes('needle') ? [{ text, number: index + 1 }] : []))
        expect(feed(pieces).lines.map(({ text, number }) => ({ text, number }))).toEqual(expected)
      },
    ),
  )
})

test('looks at a line of many megabytes in parts, says so, and keeps the numbers of the lines after it', () => {
  const long = Buffer.from(`${'z'.repeat(2_500_000)} needle ${'z'.repeat(700_000)}\n`)
  const { lines, source } = feed([Buffer.from('first\n'), long, Buffer.from('third needle\n')])
  expect(source).toMatchObject({ lines: 3, cut_lines: 1, bytes: long.length + 6 + 13 })
  expect(lines.map(({ number }) => number)).toEqual([2, 3])
  expect(Math.max(...lines.map(({ text }) => text.length))).toBeLessThan(10_000)
})

test('gives a line without a time that of the nearest line before it', () => {
  const log = ['needle too early', '2026-11-25T10:00:00Z start', 'raw output', 'needle', '2026-11-25T10:00:09Z needle']
  const { lines, source } = feed([Buffer.from(`${log.join('\n')}\n`)])
  expect(lines.map(({ at }) => at)).toEqual([undefined, Date.UTC(2026, 10, 25, 10), Date.UTC(2026, 10, 25, 10, 0, 9)])
  expect(source).toMatchObject({ first_at: Date.UTC(2026, 10, 25, 10), last_at: Date.UTC(2026, 10, 25, 10, 0, 9) })
})
