/** Why a runtime gave no answer, as evidence stores it; each has a class in runtimes/failures.ts. */
export const failureCodes = [
  'unreachable',
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
  'load-failed',
] as const
export type FailureCode = (typeof failureCodes)[number]
