import { builtInModels } from './built-in-models.ts'
import type { ConfigProblemCode } from './config-error.ts'
import type { ConfigPath } from './config-path.ts'
import { hostOf, isAddress, isOnThisMachine, isPrivateAddress } from './endpoint.ts'
import { graderProblems } from './grader-problems.ts'
import { lengthProblems } from './length-problems.ts'
import { suggestion } from './nearest.ts'
import { isCloudTag } from './ollama-cloud-tag.ts'
import { bestLevel, isAtLeast } from './required-level.ts'
import type { LaneConfig, RuntimeConfig, RuntimeKind, WorkloadConfig } from './schema.ts'
import { workerProblems } from './worker-problems.ts'
import type { WorkerConfig } from './worker-schema.ts'

/** The named parts of a config. A field that is wrong in itself has no value here; its part's name is known still. */
export interface ConfigParts {
  readonly runtimes: ReadonlyMap<string, Partial<RuntimeConfig>>
  readonly lanes: ReadonlyMap<string, Partial<LaneConfig>>
  readonly workloads: ReadonlyMap<string, Partial<WorkloadConfig>>
  readonly workers: ReadonlyMap<string, Partial<WorkerConfig>>
}

/** A problem that still has to be placed in the file. */
export interface ReferenceProblem {
  readonly path: ConfigPath
  readonly code: ConfigProblemCode
  readonly text: string
}

/** Everything that is wrong between parts that are right by themselves: names that lead nowhere, and contradictions. */
export function referenceProblems(parts: ConfigParts, models = builtInModels): readonly ReferenceProblem[] {
  return [
    ...[...parts.runtimes].flatMap(([name, runtime]) => runtimeProblems(name, runtime)),
    ...[...parts.lanes].flatMap(([name, lane]) => laneProblems(name, lane, parts, models)),
    ...[...parts.workloads].flatMap(([name, workload]) => workloadProblems(name, workload, parts)),
    ...[...parts.workers].flatMap(([name, worker]) => workerProblems(name, worker, parts)),
    ...assistanceCycles(parts),
  ]
}

function laneProblems(
  name: string,
  lane: Partial<LaneConfig>,
  { runtimes }: ConfigParts,
  models: readonly string[],
): readonly ReferenceProblem[] {
  const at = (key: keyof LaneConfig): ConfigPath => ['lanes', name, key]
  const problems: ReferenceProblem[] = []
  const conflict = (key: keyof LaneConfig, text: string) => problems.push({ path: at(key), code: 'conflict', text })
  if (name === 'manual') {
    problems.push({
      path: ['lanes', name],
      code: 'conflict',
      text: 'a lane cannot be named manual: as an incumbent the word means "done by people"; choose another name',
    })
  }
  const runtime = runtimes.get(lane.runtime ?? '')
  if (lane.runtime !== undefined && runtime === undefined)
    problems.push(unknownName(at('runtime'), 'runtime', lane.runtime, runtimes.keys()))
  if (isServer(runtime)) {
    const identity = identityConflict(lane, runtime)
    if (identity !== undefined)
      conflict(lane.required_identity === undefined ? 'runtime' : 'required_identity', identity)
    if ('weights_file' in lane) {
      conflict(
        'weights_file',
        `only an embedded runtime loads a file, and ${lane.runtime} is ${runtime.kind}; to say which file you expect of it, write weights: with its path`,
      )
    }
  }
  if (runtime?.kind === 'ollama' && runtime.location === 'local' && isCloudTag(lane.model ?? '')) {
    conflict(
      'model',
      `Ollama has ${lane.model} served by its cloud, so prompts would leave the premises; name a tag whose weights are on ${lane.runtime}, or a runtime with location: cloud`,
    )
  }
  if (runtime?.kind !== undefined && runtime.kind !== 'ollama' && 'digest' in lane) {
    conflict('digest', `only Ollama gives digests, and ${lane.runtime} is ${runtime.kind}; pin weights: instead`)
  }
  if (
    runtime?.kind === 'embedded' &&
    lane.model !== undefined &&
    !('weights_file' in lane) &&
    !models.includes(lane.model)
  ) {
    conflict(
      'model',
      `no built-in model of this name${suggestion(lane.model, models)} Or give the lane a weights_file (GGUF)`,
    )
  }
  return problems
}

/** A proof that is out of the runtime's reach would only fail at its gate, after all records were asked. */
function identityConflict(lane: Partial<LaneConfig>, runtime: SoundServer): string | undefined {
  if (runtime.location === undefined) return undefined
  const best = bestLevel(runtime as RuntimeConfig)
  const required = lane.required_identity
  if (required !== undefined && !isAtLeast(best, required)) {
    return `${required} cannot be reached here: ${article(runtime.kind)} runtime${isOnThisMachine(runtime as RuntimeConfig) ? '' : ' on another host'} proves ${best} at most; write ${best} or less`
  }
  if (required === undefined && runtime.location === 'local' && !isAtLeast(best, 'declared-twice')) {
    return `${article(runtime.kind)} runtime proves ${best} at most, and a local lane asks for more; write required_identity: ${best} (the lane is then conditional at best), or name the server's own kind (ollama, llama-server, vllm)`
  }
  return undefined
}

const article = (kind: string): string => `${/^(?:[aeio]|lm)/.test(kind) ? 'an' : 'a'} ${kind}`

type SoundServer = Partial<Exclude<RuntimeConfig, { kind: 'embedded' }>> & { kind: Exclude<RuntimeKind, 'embedded'> }
function isServer(runtime: Partial<RuntimeConfig> | undefined): runtime is SoundServer {
  return runtime?.kind !== undefined && runtime.kind !== 'embedded'
}

/** An endpoint that is written as a public address is not on the premises; names are looked up before anything is sent. */
function runtimeProblems(name: string, runtime: Partial<RuntimeConfig>): readonly ReferenceProblem[] {
  if (!isServer(runtime) || runtime.location !== 'local' || runtime.endpoint === undefined) return []
  const host = hostOf(runtime.endpoint)
  if (!isAddress(host) || isPrivateAddress(host)) return []
  return [
    {
      path: ['runtimes', name, 'endpoint'],
      code: 'conflict',
      text: `${host} is a public address, so prompts would leave the premises; write location: cloud, or the server's private address`,
    },
  ]
}

function workloadProblems(
  name: string,
  workload: Partial<WorkloadConfig>,
  { runtimes, lanes, workloads }: ConfigParts,
): readonly ReferenceProblem[] {
  const problems: ReferenceProblem[] = [...lengthProblems(name, workload.contract?.length)]
  const leavesThePremises = (lane: string): boolean => {
    const runtime = runtimes.get(lanes.get(lane)?.runtime ?? '')
    return isServer(runtime) && runtime.location === 'cloud'
  }
  const checkLane = (lane: string, path: ConfigPath, names: Iterable<string>) => {
    if (!lanes.has(lane)) {
      problems.push(unknownName(path, 'lane', lane, names))
    } else if (workload.privacy === 'private' && leavesThePremises(lane)) {
      problems.push({
        path,
        code: 'conflict',
        text: `lane ${lane} runs in the cloud, and private text never goes there (privacy is private where not set); remove the lane, or set privacy to internal or public`,
      })
    }
  }
  const candidates = workload.lanes ?? []
  candidates.forEach((lane, index) => {
    const path: ConfigPath = ['workloads', name, 'lanes', index]
    if (candidates.indexOf(lane) < index) {
      problems.push({ path, code: 'conflict', text: `lane ${lane} is named twice; keep one` })
    } else {
      checkLane(lane, path, lanes.keys())
    }
  })
  if (workload.incumbent !== undefined && workload.incumbent !== 'manual') {
    checkLane(workload.incumbent, ['workloads', name, 'incumbent'], [...lanes.keys(), 'manual'])
  }
  problems.push(...graderProblems(name, workload.graders, (lane, path) => checkLane(lane, path, lanes.keys())))
  workload.assisted_by?.forEach((assistant, index) => {
    const path: ConfigPath = ['workloads', name, 'assisted_by', index]
    const others = [...workloads.keys()].filter((other) => other !== name)
    if (assistant === name) {
      problems.push({ path, code: 'conflict', text: 'a workload cannot assist itself; remove it' })
    } else if (!workloads.has(assistant)) {
      problems.push(unknownName(path, 'workload', assistant, others))
    }
  })
  return problems
}

/** One problem a cycle, at the first workload of it. */
function assistanceCycles({ workloads }: ConfigParts): readonly ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const finished = new Set<string>()
  const follow = (name: string, trail: readonly string[]): void => {
    if (finished.has(name)) return
    workloads.get(name)?.assisted_by?.forEach((assistant, index) => {
      const begin = [...trail, name].indexOf(assistant)
      if (begin >= 0 && assistant !== name) {
        const circle = [...trail, name, assistant].slice(begin).join(' → ')
        problems.push({
          path: ['workloads', name, 'assisted_by', index],
          code: 'conflict',
          text: `workloads assist each other in a circle (${circle}); remove one of these`,
        })
      } else if (begin < 0) {
        follow(assistant, [...trail, name])
      }
    })
    finished.add(name)
  }
  for (const name of workloads.keys()) follow(name, [])
  return problems
}

function unknownName(path: ConfigPath, what: string, name: string, known: Iterable<string>): ReferenceProblem {
  return {
    path,
    code: 'unknown-name',
    text: `no ${what} is named ${JSON.stringify(name)}${suggestion(name, [...known])}`,
  }
}
