import { describe, test } from 'vitest'
import { type PreparedName, preparedRuntimes, preparedTitles } from './prepared-runtimes.ts'

/** How the name of a suite says that it was left out; `left-out.ts` looks for it. */
export const leftOutMark = ' (left out: '

/**
 * `describe` for tests that need prepared runtimes. Where one is missing the suite is skipped, its name says why, and
 * `npm test` says so at its end; with BENCH_MEMO_REQUIRE_RUNTIMES=1 the suite fails instead.
 */
export function describeReal(needs: PreparedName | readonly PreparedName[], title: string, body: () => void): void {
  const reason = missingOf([needs].flat())
  if (reason === undefined) {
    describe(title, body)
    return
  }
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

/** `real Ollama, the SmolLM2 weights: not prepared; …`; undefined where nothing is missing. */
function missingOf(needs: readonly PreparedName[]): string | undefined {
  const prepared = preparedRuntimes()
  const named = new Map<string, string[]>()
  for (const name of needs) {
    const found = prepared[name]
    if (found.state === 'missing') named.set(found.reason, [...(named.get(found.reason) ?? []), preparedTitles[name]])
  }
  if (named.size === 0) return undefined
  return [...named].map(([reason, titles]) => `${titles.join(', ')}: ${reason}`).join('; ')
}
