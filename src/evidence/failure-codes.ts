/** Why there is no answer, as evidence stores it; each but `withheld` has a class in runtimes/failures.ts. */
export const failureCodes = [
  'unreachable',
  'off-premises',
  'unauthorised',
  'model-missing',
  'model-loading',
  'model-unloaded',
  'queue-full',
  'context-exceeded',
  'runner-died',
  'stream-cut',
  'deadline-exceeded',
  'aborted',
  'unexpected-response',
  'request-refused',
  'load-failed',
  'insufficient-memory',
  // There is one, which cannot be judged again: it is another request's, or was not stored as it was said.
  'withheld',
] as const
export type FailureCode = (typeof failureCodes)[number]

const fatal: ReadonlySet<FailureCode> = new Set([
  'unreachable',
  'off-premises',
  'unauthorised',
  'model-missing',
  'runner-died',
  'aborted',
  'load-failed',
  'insufficient-memory',
])

/** True where asking the next record is pointless: nothing answers any more. */
export function isFatal(code: FailureCode): boolean {
  return fatal.has(code)
}

/** True where the failure says nothing about what the model would have answered: the lane as a whole was not there. */
export function isOfTheLane(code: FailureCode): boolean {
  return fatal.has(code) || code === 'model-loading' || code === 'queue-full' || code === 'withheld'
}
