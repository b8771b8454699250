/**
 * Ranks from 1 in the order given; equal values share the mean of theirs (Kendall, Biometrika 33, 1945, 239-251).
 * Equal means equal as numbers: round to the clock's resolution before where that is coarser.
 */
export function midranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).toSorted((a, b) => a.value - b.value)
  const ranks = new Array<number>(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && order[end]?.value === order[start]?.value) end += 1
    for (const { index } of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}
