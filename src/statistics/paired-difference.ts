import { checkConfidence, checkCounts } from './check-counts.ts'
import type { Interval } from './interval.ts'
import { wilsonInterval } from './wilson.ts'

/** The four ways a record may go that was tried before and after. */
export interface PairedOutcomes {
  readonly both: number
  readonly only_before: number
  readonly only_after: number
  readonly neither: number
}

/**
 * Interval of the difference between two shares of the same records, after minus before, -1 to 1: the square-and-add
 * of two score intervals with a correction for their correlation (Newcombe, Statistics in Medicine 17, 1998,
 * 2635-2650, method 10). For display beside McNemar's exact p, with which it may part at the edge of significance.
 * @throws RangeError on what is no count, and on no record
 */
export function pairedDifferenceInterval(
  { both, only_before, only_after, neither }: PairedOutcomes,
  confidence = 0.95,
): Interval {
  checkConfidence(confidence, 'pairedDifferenceInterval')
  const n = both + only_before + only_after + neither
  for (const count of [both, only_before, only_after, neither]) checkCounts(count, n, 'pairedDifferenceInterval')
  const [beforePassed, afterPassed] = [both + only_before, both + only_after]
  const [before, after] = [beforePassed / n, afterPassed / n]
  const [ofBefore, ofAfter] = [wilsonInterval(beforePassed, n, confidence), wilsonInterval(afterPassed, n, confidence)]
  const correlation = correlationOf({ both, only_before, only_after, neither })
  const distance = (a: number, b: number): number =>
    // Rounding may take what is zero just below it.
    Math.sqrt(Math.max(0, a ** 2 - 2 * correlation * a * b + b ** 2))
  const difference = (only_after - only_before) / n
  return {
    lower: Math.max(-1, difference - distance(after - ofAfter.lower, ofBefore.upper - before)),
    upper: Math.min(1, difference + distance(ofAfter.upper - after, before - ofBefore.lower)),
  }
}

/** Phi of the table, its positive part lessened for continuity; 0 where a side passed all or none. */
function correlationOf({ both, only_before, only_after, neither }: PairedOutcomes): number {
  const n = both + only_before + only_after + neither
  const margins = (both + only_before) * (only_after + neither) * (both + only_after) * (only_before + neither)
  if (margins === 0) return 0
  const product = both * neither - only_before * only_after
  const corrected = product > 0 ? Math.max(0, product - n / 2) : product
  return corrected / Math.sqrt(margins)
}
