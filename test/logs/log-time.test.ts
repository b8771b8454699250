import { expect, test } from 'vitest'
import { timeOf } from '../../src/logs/log-time.ts'
import { sinceMoment } from '../../src/logs/since.ts'

const notAfter = Date.UTC(2026, 10, 25, 12)
const iso = (line: string) => {
  const at = timeOf(line, notAfter)
  return at === undefined ? undefined : new Date(at).toISOString()
}
const local = (...parts: [number, number, number, number, number, number]) => new Date(...parts).toISOString()

test.for([
  ['time=2026-11-25T19:03:23.356Z level=WARN msg=x', '2026-11-25T19:03:23.356Z'],
  ['2026-11-25T20:03:23.356123+0100 host ollama[1]: x', '2026-11-25T19:03:23.356Z'],
  ['{"ts":"2026-11-25T19:03:23Z","event":"x"}', '2026-11-25T19:03:23.000Z'],
  ['{"ts":1764097403.25,"event":"x"}', '2025-11-25T19:03:23.250Z'],
  ['{"time":1764097403250,"event":"x"}', '2025-11-25T19:03:23.250Z'],
] as const)('reads the time of %s', ([line, expected]) => {
  expect(iso(line)).toBe(expected)
})

test("takes a time without a zone for this machine's", () => {
  expect(iso('[GIN] 2026/11/25 - 19:03:48 | 503 |')).toBe(local(2026, 10, 25, 19, 3, 48))
  expect(iso('2026-11-25 19:03:48,120 ERROR x')).toBe(new Date(2026, 10, 25, 19, 3, 48, 120).toISOString())
  expect(iso('[2026-11-25 19:03:48,120: ERROR/Main] x')).toBe(new Date(2026, 10, 25, 19, 3, 48, 120).toISOString())
})

test('gives a time without a year the latest year that is not after the last change of the file', () => {
  expect(iso('Nov 24 08:00:00 host kernel: x')).toBe(local(2026, 10, 24, 8, 0, 0))
  expect(iso('Dec 24 08:00:00 host kernel: x')).toBe(local(2025, 11, 24, 8, 0, 0))
})

test.for(['0.00.282.645 E srv send_error: x', 'no time here', '12345678901234567890', '2026-13-45T99:99:99Z x'])(
  'finds no time in %s',
  (line) => {
    expect(iso(line)).toBeUndefined()
  },
)

test('--since takes a span before now, a day of this machine, or a moment, and nothing else', () => {
  expect(sinceMoment('24h', notAfter)).toBe(notAfter - 86_400_000)
  expect(sinceMoment('2026-11-01', notAfter)).toBe(new Date(2026, 10, 1).getTime())
  expect(sinceMoment('2026-11-01T08:00Z', notAfter)).toBe(Date.UTC(2026, 10, 1, 8))
  for (const wrong of ['yesterday', '24', '2026-11', '2026-99-99', ''])
    expect(sinceMoment(wrong, notAfter)).toBeUndefined()
})
