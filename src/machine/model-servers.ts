import { readdirSync } from 'node:fs'
import { attempt } from './attempt.ts'
import { variableIn } from './environment-variable.ts'
import { readKernelFile } from './kernel-file.ts'
import { allListeners, holdersOf } from './port-listeners.ts'
import { type ProcessOptions, parseCommand, statNow } from './process-table.ts'
import { programOf } from './running-processes.ts'

/** A process that serves models, whether or not anybody named its endpoint. */
export interface ModelServer {
  /** Name of the program's file. */
  readonly program: string
  readonly pid: number
  /** Pid of the server that started it for one model. */
  readonly runner_of?: number
  /** The unit of systemd that it belongs to. */
  readonly unit?: string
  readonly is_user_unit?: boolean
  readonly listening: { address: string; port: number }[]
  /** Absent where the process does not let one see it; of Ollama only. */
  readonly environment?: Record<string, string>
}

/** Names of programs that serve models, as their files are called. */
const programs = /^(?:ollama|llama-server|llama-box|lms|lm-studio|LM Studio|vllm|litellm|local-ai|koboldcpp|llamafile)/i
/** Interpreters run these as modules or scripts. */
const modules = /(?:^|[/\s])(?:vllm|litellm|llama_cpp\.server|mlx_lm\.server|mlx_lm)(?:$|[\s/.])/

/** Variables of Ollama's server whose values say nothing private (envconfig/config.go of 0.31.0). */
export const harmlessVariables = [
  'OLLAMA_HOST',
  'OLLAMA_NUM_PARALLEL',
  'OLLAMA_CONTEXT_LENGTH',
  'OLLAMA_KEEP_ALIVE',
  'OLLAMA_MAX_LOADED_MODELS',
  'OLLAMA_MAX_QUEUE',
] as const

/** Processes that serve models, from Linux' /proc, by pid. Undefined on other systems. No arguments are told: they may hold keys. */
export function modelServers({ root = '/proc' }: ProcessOptions = {}): ModelServer[] | undefined {
  const pids = (attempt(() => readdirSync(root)) ?? []).filter((name) => /^\d+$/.test(name)).map(Number)
  if (pids.length === 0) return undefined
  const found = pids
    .sort((one, other) => one - other)
    .flatMap((pid) => {
      const program = programThatServes(root, pid)
      return program === undefined ? [] : [{ pid, program }]
    })
  if (found.length === 0) return []
  const servers = new Set(found.map(({ pid }) => pid))
  const listeners = allListeners({ root }) ?? []
  const holders = holdersOf(new Set(listeners.map(({ inode }) => inode)), { root })
  return found.flatMap(({ pid, program }) => {
    const parent = statNow(root, pid)?.parent
    const runner_of = parent !== undefined && servers.has(parent) ? parent : undefined
    const listening = listeners
      .filter(({ inode }) => holders.get(inode) === pid)
      .map(({ address, port }) => ({ address, port }))
    // Commands that only ask a server (`ollama run`) listen nowhere.
    if (listening.length === 0) return []
    const environment = /^ollama/i.test(program) && runner_of === undefined ? harmlessPart(root, pid) : undefined
    return [
      {
        program,
        pid,
        ...(runner_of !== undefined && { runner_of }),
        ...unitOf(readKernelFile(`${root}/${pid}/cgroup`) ?? ''),
        listening,
        ...(environment && { environment }),
      },
    ]
  })
}

function programThatServes(root: string, pid: number): string | undefined {
  const command = parseCommand(readKernelFile(`${root}/${pid}/cmdline`) ?? '')
  const [first = ''] = command
  const program = programOf(root, pid) ?? first.split('/').at(-1) ?? ''
  if (programs.test(program)) return shown(program)
  if (!/^(?:python|pypy|uv|node)/i.test(program)) return undefined
  // The script or the module: further arguments may be anything.
  const module = modules.exec(` ${command.slice(1, 4).join(' ')} `)?.[0]?.replace(/[/\s]/g, '')
  return module === undefined ? undefined : shown(module.replace(/\.$/, ''))
}

const shown = (name: string): string => name.replace(/[^\w .+-]/g, '').slice(0, 60)

/** The service in the text of /proc/pid/cgroup (cgroups(7)); `user@1000.service/…/x.service` is the user's. Pure. */
export function unitOf(cgroup: string): { unit?: string; is_user_unit?: boolean } {
  const path = cgroup
    .split('\n')
    .map((line) => line.split(':').slice(2).join(':'))
    .find((each) => each.includes('.service'))
  const services = path?.split('/').filter((part) => /^[\w@.:\\-]{1,200}\.service$/.test(part)) ?? []
  const unit = services.at(-1)
  if (unit === undefined || /^user@\d+\.service$/.test(unit)) return {}
  return { unit, is_user_unit: services.some((each) => /^user@\d+\.service$/.test(each)) }
}

/** A value that is no number, duration, word or address is not shown. */
const harmlessValue = /^[\w.:[\]/*-]{1,80}$/

function harmlessPart(root: string, pid: number): Record<string, string> | undefined {
  const environment = readKernelFile(`${root}/${pid}/environ`)
  if (environment === undefined) return undefined
  return Object.fromEntries(
    harmlessVariables.flatMap((name) => {
      const variable = variableIn(environment, name)
      if (variable.state !== 'set') return []
      return [[name, harmlessValue.test(variable.value) ? variable.value : '(not shown)']]
    }),
  )
}
