import { describe, test } from 'vitest'
import { type PreparedName, preparedRuntimes } from './prepared-runtimes.ts'

/** How the name of a suite says that it was left out; `left-out.ts` looks for it. */
export const leftOutMark = ' (left out: '

/**
 * `describe` for tests that need prepared runtimes. Where one is missing the suite is skipped, its name says why, and
 * `npm test` says so at its end; with BENCH_MEMO_REQUIRE_RUNTIMES=1 the suite fails instead.
 */
export function describeReal(needs: PreparedName | readonly PreparedName[], title: string, body: () => void): void {
  const prepared = preparedRuntimes()
  const reasons = [needs].flat().flatMap((name) => (prepared[name].state === 'missing' ? prepared[name].reason : []))
  if (reasons.length === 0) {
    describe(title, body)
    return
  }
  const reason = reasons.join('; ')
  if (process.env.BENCH_MEMO_REQUIRE_RUNTIMES === '1') {
    test(`${title} has the runtimes that it needs`, () => {
      throw new Error(`BENCH_MEMO_REQUIRE_RUNTIMES=1 forbids leaving this suite out. ${reason}`)
    })
    return
  }
  // The body stays unread: it may look for files that are not there.
  describe.skip(`${title}${leftOutMark}${reason})`, () => {
    test('is left out', () => undefined)
  })
}
