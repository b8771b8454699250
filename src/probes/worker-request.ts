import { basename } from 'node:path'
import type { WorkloadConfig } from '../config/schema.ts'
import { redact } from '../evidence/redact.ts'
import type { SeenWorkerProcess, WorkerRequest } from '../evidence/worker-request.ts'
import type { TappedExchange } from '../identity/wire-tap.ts'
import type { WatchedProcess } from './worker-watch.ts'

/** What a workload lets one write down of a worker's requests. */
export interface RequestPrivacy {
  readonly privacy: WorkloadConfig['privacy']
  /** The record's input, which may stand on a command line. */
  readonly input: string
}

/** Steering strings such as `json` or `5m`; anything longer may be somebody's text. */
const longestOption = 40
const longestName = 200
const longestArgument = 120
const mostArguments = 12

/** A tapped exchange as evidence, with the processes that were seen behind it. Pure. */
export function workerRequest(
  exchange: TappedExchange,
  lineage: readonly WatchedProcess[] | undefined,
  rules: RequestPrivacy,
): WorkerRequest {
  const { number, path, asks_model, requested_model, about_model, response_model } = exchange
  const { status, outcome, gateway, client, options } = exchange
  const processes = lineage?.length ? lineage : client ? [client] : []
  return {
    number,
    path: path.split('?', 1)[0]?.slice(0, longestName) ?? '',
    ...(requested_model !== undefined && { requested_model: requested_model.slice(0, longestName) }),
    ...(about_model !== undefined && { about_model: about_model.slice(0, longestName) }),
    ...(asks_model && requested_model === undefined && { model_unread: true as const }),
    ...(response_model !== undefined && { response_model: response_model.slice(0, longestName) }),
    options: Object.fromEntries(Object.entries(options).filter(isPlain)),
    ...(status !== undefined && { status }),
    outcome,
    ...(gateway && { gateway: masked(gateway) }),
    processes: processes.map((each) => seenProcess(each, rules)),
  }
}

function seenProcess(
  { command, local_model_tag_state, local_model_tag }: WatchedProcess,
  rules: RequestPrivacy,
): SeenWorkerProcess {
  return {
    command: storedCommand(command, rules),
    local_model_tag_state,
    ...(local_model_tag !== undefined && { local_model_tag: local_model_tag.slice(0, longestName) }),
  }
}

/** Without folders, which name users; without secrets; without what a private record may have put there. */
export function storedCommand(command: readonly string[], { privacy, input }: RequestPrivacy): string[] {
  const stored = command.slice(0, mostArguments).map((word, index) => {
    const short = /^\.{0,2}\/\S*$/.test(word) ? basename(word) : word
    if (secretOption.test(command[index - 1] ?? '')) return '[secret]'
    const [option = '', value] = short.split('=', 2)
    if (value !== undefined && secretOption.test(option)) return `${option}=[secret]`
    if (privacy === 'private' && !isHarmless(short, index, input)) return '[private]'
    const { text } = redact(short, privacy === 'public' ? ['secret'] : ['secret', 'personal'])
    return text.length > longestArgument ? `${text.slice(0, longestArgument)}…` : text
  })
  return command.length > mostArguments ? [...stored, `… ${command.length - mostArguments} more`] : stored
}

/** An option whose value is the next word, and nobody's to read: `--api-key`, `--token`. */
const secretOption = /^--?[\w-]*(?:key|token|secret|password|passwd|auth)$/i

/**
 * A word of a program's own: the program, its script, the name of an option. Any other may be a piece of the record, in
 * whatever spelling or coding.
 */
function isHarmless(word: string, index: number, input: string): boolean {
  const isOwn = index === 0 || /^-{1,2}[a-z][a-z-]*$/i.test(word) || (index < 4 && /^[\w.-]+\.[a-z]{1,4}$/i.test(word))
  return isOwn && word.length <= longestArgument && !input.toLowerCase().includes(word.toLowerCase())
}

function masked(gateway: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(gateway).map(([name, value]) => [name, redact(value.slice(0, longestName), ['secret']).text]),
  )
}

function isPlain(entry: [string, unknown]): entry is [string, string | number | boolean] {
  const [, value] = entry
  return (
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    (typeof value === 'string' && value.length <= longestOption)
  )
}
