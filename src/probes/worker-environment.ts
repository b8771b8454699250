import type { WorkerConfig } from '../config/worker-schema.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What any program needs; keys and settings come by name only. LOCAL_MODEL_TAG never does: it is observed. */
const passedOn =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA)$/i

/** The whole environment of a worker: little of the bench's own, what the config names, and the endpoint of the tap. */
export function workerEnvironment(
  { environment: names, endpoint_env }: Pick<WorkerConfig, 'environment' | 'endpoint_env'>,
  tap: string,
  prefix: string,
  own: Environment,
): Record<string, string> {
  const kept = Object.entries(own).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (passedOn.test(entry[0]) || names.includes(entry[0])),
  )
  const endpoints = endpoint_env.map((name) => [name, endpointValue(name, tap, prefix, own[name])])
  return Object.fromEntries([...kept, ...endpoints])
}

/**
 * The tap's address in the form that the variable has. Where it is set, its own form is kept: host and port alone, or a
 * URL with its path. Else by its name: OLLAMA_HOST as `host:port`, OpenAI's and other base URLs with `/v1`.
 * `prefix` is the path that the tap puts before every request: it is taken off.
 */
export function endpointValue(name: string, tap: string, prefix: string, present: string | undefined): string {
  const origin = tap.replace(/\/+$/, '')
  const host = new URL(origin).host
  if (present !== undefined && /^https?:\/\//i.test(present) && URL.canParse(present)) {
    const path = new URL(present).pathname.replace(/\/+$/, '')
    return `${origin}${path === prefix || path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path}`
  }
  if (name === 'OLLAMA_HOST') return host
  if (name.startsWith('OLLAMA_')) return origin
  return /^OPENAI_|BASE_URL$|API_BASE$/.test(name) ? `${origin}/v1` : origin
}

/** Where a tap passes requests to, for a lane's endpoint: a worker's own base URL brings its `/v1` along. */
export function tapTarget(endpoint: string): { readonly target: string; readonly prefix: string } {
  const target = endpoint.replace(/\/+$/, '').replace(/\/v1$/, '')
  return { target, prefix: new URL(target).pathname.replace(/\/+$/, '') }
}
