/** Of a sum of whole scores. */
export interface SumDistribution {
  readonly least: number
  /** of `least`, `least + 1` and so on */
  readonly probabilities: Float64Array
}

/**
 * The sum of `size` scores drawn without replacement, each choice as likely as any other: the permutation distribution
 * behind the rank-sum test, ties included. Counted by dynamic programming over the scores (Streitberg and Röhmel,
 * Statistical Software Newsletter 12, 1986, 10-17), adding only, so nothing cancels.
 * @param scores whole numbers >= 0: ranks, or doubled midranks where there are ties
 */
export function rankSumDistribution(scores: readonly number[], size: number): SumDistribution {
  const sorted = scores.toSorted((a, b) => a - b)
  const prefix = [0]
  for (const score of sorted) prefix.push((prefix.at(-1) as number) + score)
  const smallest = (chosen: number): number => prefix[chosen] as number
  const largest = (chosen: number, among: number): number =>
    (prefix[among] as number) - (prefix[among - chosen] as number)

  /** counts[chosen][sum - smallest(chosen)] */
  const counts = Array.from(
    { length: size + 1 },
    (_, chosen) => new Float64Array(largest(chosen, sorted.length) - smallest(chosen) + 1),
  )
  ;(counts[0] as Float64Array)[0] = 1
  sorted.forEach((score, index) => {
    // From many to few, so that no score is drawn twice; choices that leave too few scores to fill up are skipped.
    const fewest = Math.max(1, size - (sorted.length - index - 1))
    for (let chosen = Math.min(size, index + 1); chosen >= fewest; chosen -= 1) {
      const into = counts[chosen] as Float64Array
      const from = counts[chosen - 1] as Float64Array
      const shift = smallest(chosen - 1) + score - smallest(chosen)
      const last = largest(chosen - 1, index) - smallest(chosen - 1)
      for (let at = 0; at <= last; at += 1) into[at + shift] = (into[at + shift] as number) + (from[at] as number)
    }
  })
  const probabilities = counts[size] as Float64Array
  const total = probabilities.reduce((sum, count) => sum + count, 0)
  return { least: smallest(size), probabilities: probabilities.map((count) => count / total) }
}
