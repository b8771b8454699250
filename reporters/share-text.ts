import { percent } from '../src/gates/wording.ts'

/** What a share was taken of, and its two-sided 95 % interval (Wilson). */
export interface Share {
  readonly successes: number
  readonly n: number
  readonly interval: { readonly lower: number; readonly upper: number }
}

/** "88 % (70 % to 95.8 %)" */
export function shareText({ successes, n, interval }: Share): string {
  return `${percent(successes / n)} (${percent(interval.lower)} to ${percent(interval.upper)})`
}

/** "22 of 25, 88 % (70 % to 95.8 %)" */
export function countedShareText(share: Share): string {
  return `${share.successes} of ${share.n}, ${shareText(share)}`
}
