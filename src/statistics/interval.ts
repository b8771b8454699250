/** Both ends belong to it; the unit is that of what it bounds. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}
