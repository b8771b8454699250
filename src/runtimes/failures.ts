import type { FailureCode } from '../evidence/failure-codes.ts'

/** Why a runtime did not answer: one class a cause, each with a `code` that evidence stores. */

interface Facts {
  readonly [fact: string]: string | number | boolean | undefined
}

export abstract class RuntimeFailure extends Error {
  abstract readonly code: FailureCode
  /** What was known when it failed, such as `{ endpoint, tag }`. */
  readonly facts: Facts

  constructor(message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.facts = facts
  }
}

/** Nothing listens, or the connection was refused. */
export class RuntimeUnreachable extends RuntimeFailure {
  readonly code = 'unreachable'
}
/** The server is not on the premises, though its lane is called local: nothing was sent. */
export class OffPremises extends RuntimeFailure {
  readonly code = 'off-premises'
}
/** The server refused the credentials. */
export class Unauthorised extends RuntimeFailure {
  readonly code = 'unauthorised'
}
/** The server knows no such tag. */
export class ModelMissing extends RuntimeFailure {
  readonly code = 'model-missing'
}
/** The server is up, the model is not there yet. */
export class ModelLoading extends RuntimeFailure {
  readonly code = 'model-loading'
}
/** The server ended the answer because it unloaded the model. */
export class ModelUnloaded extends RuntimeFailure {
  readonly code = 'model-unloaded'
}
/** The server takes no more requests now. */
export class QueueFull extends RuntimeFailure {
  readonly code = 'queue-full'
}
/** The prompt does not fit the context in force. */
export class ContextExceeded extends RuntimeFailure {
  readonly code = 'context-exceeded'
}
/** The process that held the weights ended. */
export class RunnerDied extends RuntimeFailure {
  readonly code = 'runner-died'
}
/** The stream ended without its end mark. */
export class StreamCut extends RuntimeFailure {
  readonly code = 'stream-cut'
}
/** No answer within the deadline. */
export class DeadlineExceeded extends RuntimeFailure {
  readonly code = 'deadline-exceeded'
}
/** The caller gave up (time-out of a test, Ctrl-C). */
export class RequestAborted extends RuntimeFailure {
  readonly code = 'aborted'
}
/** The server answered something that is not its protocol. */
export class UnexpectedResponse extends RuntimeFailure {
  readonly code = 'unexpected-response'
}
/** The server understood the request and refuses it: a field, a schema or a size that it does not take. */
export class RequestRefused extends RuntimeFailure {
  readonly code = 'request-refused'
}
/** The weights could not be fetched, verified or loaded. */
export class LoadFailed extends RuntimeFailure {
  readonly code = 'load-failed'
}

/** The model was not loaded: by an estimate it would take more memory than there is. Nothing was sent. */
export class InsufficientMemory extends RuntimeFailure {
  readonly code = 'insufficient-memory'
}

/** An error as a failure: what is none of the classes above is something that the server should not have said. */
export function asRuntimeFailure(error: unknown, facts: Facts = {}): RuntimeFailure {
  return error instanceof RuntimeFailure ? error : new UnexpectedResponse(String(error), facts, { cause: error })
}
