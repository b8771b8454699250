/**
 * p-values adjusted for being many, after Holm (Scandinavian Journal of Statistics 6, 1979, 65-70): the i-th smallest
 * of m times m - i + 1, never below an earlier one, at most 1. Those at or below a level are significant together:
 * the chance of even one false among them is at most that level, however the tests depend on each other.
 * @returns in the order given
 * @throws RangeError on what is no probability
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) if (!(p >= 0 && p <= 1)) throw new RangeError(`holm needs probabilities; got ${p}`)
  const adjusted = new Array<number>(pValues.length)
  let highest = 0
  pValues
    .map((p, index) => ({ p, index }))
    .toSorted((a, b) => a.p - b.p)
    .forEach(({ p, index }, rank) => {
      highest = Math.max(highest, Math.min(1, (pValues.length - rank) * p))
      adjusted[index] = highest
    })
  return adjusted
}
