import type { ConfigPath } from './config-path.ts'
import { suggestion } from './nearest.ts'
import type { ConfigParts, ReferenceProblem } from './reference-problems.ts'
import type { WorkerConfig } from './worker-schema.ts'

/** The variable that carries the selected model to the process that calls it. */
export const tagVariable = 'LOCAL_MODEL_TAG'

/** What is wrong between a worker and the rest of the config, or between its own fields. */
export function workerProblems(
  name: string,
  worker: Partial<WorkerConfig>,
  { runtimes, lanes, workloads }: Pick<ConfigParts, 'runtimes' | 'lanes' | 'workloads'>,
): readonly ReferenceProblem[] {
  const at = (...steps: ConfigPath): ConfigPath => ['workers', name, ...steps]
  const problems: ReferenceProblem[] = []
  const conflict = (path: ConfigPath, text: string) => problems.push({ path, code: 'conflict', text })
  const unknown = (key: 'workload' | 'lane', value: string, known: Iterable<string>) =>
    problems.push({
      path: at(key),
      code: 'unknown-name',
      text: `no ${key} is named ${JSON.stringify(value)}${suggestion(value, [...known])}`,
    })

  const workload = workloads.get(worker.workload ?? '')
  if (worker.workload !== undefined && !workload) unknown('workload', worker.workload, workloads.keys())
  const lane = lanes.get(worker.lane ?? '')
  if (worker.lane !== undefined && !lane) {
    unknown('lane', worker.lane, lanes.keys())
  } else if (worker.lane !== undefined && workload?.lanes !== undefined && !workload.lanes.includes(worker.lane)) {
    conflict(
      at('lane'),
      `lane ${worker.lane} is no candidate of ${worker.workload}; add it to workloads.${worker.workload}.lanes, or name one of ${workload.lanes.join(', ')}`,
    )
  }
  const runtime = runtimes.get(lane?.runtime ?? '')
  if (runtime?.kind === 'embedded') {
    conflict(
      at('lane'),
      `lane ${worker.lane} is embedded: only the bench can ask that engine; name a lane on a server that workers can reach`,
    )
  } else if (workload?.privacy === 'private' && runtime && 'location' in runtime && runtime.location === 'cloud') {
    conflict(
      at('lane'),
      `lane ${worker.lane} runs in the cloud, and private text never goes there, through no worker either; name a local lane, or set privacy of ${worker.workload} to internal or public`,
    )
  }

  const fallback = worker.fallback?.lane
  if (fallback !== undefined && !lanes.has(fallback)) {
    problems.push({
      path: at('fallback', 'lane'),
      code: 'unknown-name',
      text: `no lane is named ${JSON.stringify(fallback)}${suggestion(fallback, [...lanes.keys()])}`,
    })
  } else if (fallback !== undefined && fallback === worker.lane) {
    conflict(at('fallback', 'lane'), `${fallback} is the lane that is to fail; name another one`)
  } else if (fallback !== undefined && workload?.privacy === 'private') {
    const there = runtimes.get(lanes.get(fallback)?.runtime ?? '')
    if (there && 'location' in there && there.location === 'cloud')
      conflict(
        at('fallback', 'lane'),
        `lane ${fallback} runs in the cloud, and private text never goes there; name a local lane, or set privacy of ${worker.workload} to internal or public`,
      )
  }
  const passed = [
    ...(worker.endpoint_env ?? []).map((variable, index) => [variable, at('endpoint_env', index)] as const),
    ...(worker.fallback?.endpoint_env ?? []).map(
      (variable, index) => [variable, at('fallback', 'endpoint_env', index)] as const,
    ),
    ...(worker.environment ?? []).map((variable, index) => [variable, at('environment', index)] as const),
  ]
  passed.forEach(([variable, path], index) => {
    if (variable === tagVariable) {
      conflict(path, `${tagVariable} is observed in the worker, never passed on to it; remove it`)
    } else if (passed.findIndex(([other]) => other === variable) < index) {
      conflict(path, `${variable} is named twice; keep one`)
    }
  })

  const words = worker.command?.join(' ') ?? ''
  if (worker.payload === 'arguments' && worker.command && !words.includes('{model}')) {
    conflict(
      at('command'),
      'the payload comes as arguments, and none of them is {model}; write {model} where the selected model belongs',
    )
  }
  if (
    worker.payload !== 'arguments' &&
    worker.payload_template &&
    !JSON.stringify(worker.payload_template).includes('{{model}}')
  ) {
    conflict(
      at('payload_template'),
      'the selected model is not in the payload; write "{{model}}" where the worker reads it',
    )
  }
  return problems
}
