import { binomialLowerTail } from './binomial-distribution.ts'

/** Of the records asked on both sides, only those whose verdict differs say which side is better. */
export interface McnemarResult {
  readonly discordant: number
  /** two-sided; 1 where no record differs */
  readonly p_value: number
  /** what it would be if all that differ did so in one direction: above the level, there is too little to say */
  readonly least_p_value: number
}

/**
 * McNemar's test of paired pass and fail (Psychometrika 12, 1947, 153-157), exact: under no change each discordant
 * record is a fair coin, so p = min(1, 2 P(X <= smaller count)), X ~ Binomial(discordant, 1/2).
 * @param passedOnlyBefore records that passed before and fail now @param passedOnlyAfter the other way round
 * @throws RangeError on what is no count
 */
export function mcnemar(passedOnlyBefore: number, passedOnlyAfter: number): McnemarResult {
  for (const count of [passedOnlyBefore, passedOnlyAfter]) {
    if (!(Number.isInteger(count) && count >= 0)) throw new RangeError(`mcnemar needs counts of records; got ${count}`)
  }
  const discordant = passedOnlyBefore + passedOnlyAfter
  const twoSided = (smaller: number): number => Math.min(1, 2 * binomialLowerTail(smaller, discordant, 0.5))
  return {
    discordant,
    p_value: twoSided(Math.min(passedOnlyBefore, passedOnlyAfter)),
    least_p_value: twoSided(0),
  }
}
