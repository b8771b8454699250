import type { CallPlace } from './call-within.ts'
import { LoadFailed, RunnerDied, type RuntimeFailure } from './failures.ts'
import { readErrorObject } from './request-json.ts'
import { type ErrorObject, failureFromStatus, failureFromStreamedError } from './status-failure.ts'

/** Messages of Ollama's server when weights do not get into memory; its status is 500 then, as for anything else. */
const loadPattern =
  /process has terminated|waiting for \S+ to start|(unable|failed|error) (to )?load(ing)?|file magic|exceeds file size|more system memory|insufficient memory/i
/**
 * What it says of a runner that ended. The runner's last logged error follows, which may be of an earlier request:
 * "… while running the model: error: … exceeds the available context size" was seen of a killed one.
 */
const stoppedPattern = /runner has unexpectedly stopped|error was encountered while running the model/i

/** Which failure an HTTP status of Ollama with its body stands for. Pure. */
export function failureFromOllama(status: number, body: string, place: CallPlace, apiKey?: string): RuntimeFailure {
  const error = readOllamaError(body, apiKey)
  const { message = '' } = error
  if (status >= 500 && stoppedPattern.test(message)) return runnerDied(place, message, status)
  if (status >= 500 && status !== 503 && loadPattern.test(message)) return loadFailed(place, message, status)
  return failureFromStatus(status, error, place)
}

/** Which failure an `{"error": …}` line inside a stream of status 200 stands for. Pure. */
export function failureFromOllamaLine(line: unknown, place: CallPlace, apiKey?: string): RuntimeFailure {
  const error = readOllamaError(line, apiKey)
  if (error.message !== undefined && stoppedPattern.test(error.message)) return runnerDied(place, error.message)
  return failureFromStreamedError(error, place)
}

/** A load went wrong: the weights are not in memory. */
export function loadFailed(place: CallPlace, said: string, status?: number, cause?: unknown): LoadFailed {
  return new LoadFailed(
    `${place.server} at ${place.endpoint} could not load '${place.tag}': ${said.slice(0, 400)}. ` +
      'Look into its log; if the weights are damaged, create or pull the tag anew',
    { ...place, ...(status !== undefined && { status }) },
    { cause },
  )
}

/** Ollama's error is a string; where its runner refused, that string is the runner's own JSON. */
function readOllamaError(body: unknown, apiKey?: string): ErrorObject {
  const outer = readErrorObject(body, apiKey)
  const { message = '' } = outer
  // Ollama's own words, where it and not its runner counted the tokens.
  if (/longer than the context length/i.test(message)) return { ...outer, type: 'exceed_context_size_error' }
  if (!message.startsWith('{')) return outer
  const inner = readErrorObject(message, apiKey)
  return inner.message === undefined ? outer : inner
}

function runnerDied(place: CallPlace, said: string, status?: number): RunnerDied {
  return new RunnerDied(
    `${place.server} at ${place.endpoint}: the process that held the weights of '${place.tag}' ended: ${said.slice(0, 400)}. ` +
      'Look into its log: lack of memory is the usual cause',
    { ...place, ...(status !== undefined && { status }) },
  )
}
