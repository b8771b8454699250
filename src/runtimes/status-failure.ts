import type { CallPlace } from './call-within.ts'
import {
  ContextExceeded,
  LoadFailed,
  ModelLoading,
  ModelMissing,
  QueueFull,
  RequestRefused,
  RunnerDied,
  type RuntimeFailure,
  Unauthorised,
  UnexpectedResponse,
} from './failures.ts'

/** The `error` object of an OpenAI-like answer, as far as servers fill it in. */
export interface ErrorObject {
  readonly message?: string
  readonly type?: string
  readonly code?: string | number
  readonly n_prompt_tokens?: number
  readonly n_ctx?: number
}

const diedPattern =
  /unexpected EOF|runner process (has )?(terminated|died|no longer)|connection (reset|refused)|has terminated|EngineCore encountered an issue|EngineDeadError/i
const contextPattern = /context (size|length|window)|maximum context/i
/** llama-server and OpenAI; vLLM; LM Studio. */
const overflowPattern = /exceed|too long|maximum|longer than|greater than|not enough/i
/** Where only the message names the context in force: vLLM and OpenAI, LM Studio with n_ctx and without. */
const contextSizePattern = /(?:maximum context length is|n_ctx:|context length of only) (\d+)/i
const missingPattern = /model/i

/** Which failure an HTTP error status with its error object stands for. Pure. */
export function failureFromStatus(status: number, error: ErrorObject, place: CallPlace): RuntimeFailure {
  const said = error.message ? `: ${shorten(error.message)}` : ''
  const where = `${place.server} at ${place.endpoint}`
  const facts = { ...place, status, ...(error.type && { type: error.type }) }
  if (status >= 300 && status < 400) {
    return new UnexpectedResponse(
      `${where} answered with a redirect (${status}), which is not followed: a key goes to its own host only. ` +
        'Write the final address as endpoint',
      facts,
    )
  }
  if (status === 401 || status === 403) {
    return new Unauthorised(
      `${where} refused the credentials (${status})${said}. ` +
        'Check that api_key_env names the environment variable that holds the right key',
      facts,
    )
  }
  if (status === 404) return failureFrom404(error, place, said, facts)
  if (isContextExceeded(error)) {
    const { n_prompt_tokens, n_ctx = contextSizeIn(error.message) } = error
    const sizes = n_prompt_tokens === undefined ? said : ` (${n_prompt_tokens} tokens, context ${n_ctx})`
    return new ContextExceeded(
      `${where}: the prompt does not fit the context${sizes}. ` +
        "Set a larger context in the lane, or shorten the workload's prompt or records",
      { ...facts, n_prompt_tokens, n_ctx },
    )
  }
  if (status === 503 && /loading/i.test(error.message ?? '')) {
    return new ModelLoading(`${where} is still loading the model${said}. Ask again when it is ready`, facts)
  }
  if (status === 503 || status === 429) {
    return new QueueFull(
      `${where} takes no more requests now (${status})${said}. Ask again later, or ask less at once`,
      facts,
    )
  }
  if (error.type === 'load_failed') return new LoadFailed(`${where}${said}`, facts)
  if (status >= 500 && diedPattern.test(error.message ?? '')) return runnerDied(place, said, facts)
  if (status === 400 || status === 422) {
    return new RequestRefused(`${where} refused the request (${status})${said}`, facts)
  }
  return new UnexpectedResponse(`${where} refused the request (${status})${said}`, facts)
}

/** Which failure an error object inside a stream of status 200 stands for. Pure. */
export function failureFromStreamedError(error: ErrorObject, place: CallPlace): RuntimeFailure {
  const said = error.message ? `: ${shorten(error.message)}` : ''
  const facts = { ...place, ...(error.type && { type: error.type }) }
  if (isContextExceeded(error)) return failureFromStatus(400, error, place)
  if (diedPattern.test(error.message ?? '')) return runnerDied(place, said, facts)
  return new UnexpectedResponse(`${place.server} at ${place.endpoint} broke off its answer with an error${said}`, facts)
}

/** The server lives, but the process behind it that held the weights is gone. */
function runnerDied(
  place: CallPlace,
  said: string,
  facts: Readonly<Record<string, string | number | undefined>>,
): RunnerDied {
  return new RunnerDied(
    `${place.server} at ${place.endpoint}: the process that held the weights ended${said}. ` +
      'Look into its log: lack of memory is the usual cause',
    facts,
  )
}

function failureFrom404(
  error: ErrorObject,
  place: CallPlace,
  said: string,
  facts: Readonly<Record<string, string | number>>,
): RuntimeFailure {
  const where = `${place.server} at ${place.endpoint}`
  if (missingPattern.test(error.message ?? '') || error.code === 'model_not_found') {
    return new ModelMissing(`${where} has no model '${place.tag}'${said}. Check the lane's model`, facts)
  }
  return new UnexpectedResponse(`${where} does not know this path (404)${said}. Does the endpoint lack its /v1?`, facts)
}

function isContextExceeded(error: ErrorObject): boolean {
  if (error.type === 'exceed_context_size_error' || error.code === 'context_length_exceeded') return true
  return contextPattern.test(error.message ?? '') && overflowPattern.test(error.message ?? '')
}

function contextSizeIn(message = ''): number | undefined {
  const [, size] = contextSizePattern.exec(message) ?? []
  return size === undefined ? undefined : Number(size)
}

const shorten = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text)
