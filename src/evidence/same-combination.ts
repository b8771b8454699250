import type { Combination } from './capability-schema.ts'

/** The same endpoint, asked in the same way. Pure. */
export function isSameWay(one: Combination, other: Combination): boolean {
  return (
    one.endpoint === other.endpoint &&
    one.think === other.think &&
    one.stream === other.stream &&
    one.structure === other.structure
  )
}
