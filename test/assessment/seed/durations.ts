/**
 * n durations in milliseconds with exactly this median (n odd) and this slowest, the others spread evenly between.
 * Only median and slowest carry meaning; the spread is filled in.
 */
export function durationsWith(n: number, { median_s, slowest_s }: { median_s: number; slowest_s: number }): number[] {
  const half = (n - 1) / 2
  if (!Number.isInteger(half)) throw new TypeError(`${n} durations have no middle one`)
  const step_s = (slowest_s - median_s) / half
  const fastest_s = median_s - Math.min(step_s, median_s / 2 / half) * half
  return Array.from({ length: n }, (_, index) => {
    const offset = index - half
    const value_s = offset > 0 ? median_s + offset * step_s : median_s + (offset * (median_s - fastest_s)) / half
    return Math.round(value_s * 1000)
  })
}
