import { ConfigError } from './config-error.ts'
import { formatPath } from './config-path.ts'
import { usualEndpoints } from './endpoint.ts'
import { ollamaUrl } from './ollama-host.ts'
import { openaiBaseUrl } from './openai-base-url.ts'
import { referenceProblems } from './reference-problems.ts'
import { type RunMode, runModes } from './run-mode-schema.ts'
import type { BenchConfig, RuntimeConfig } from './schema.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Variables that other tools own and that are read here as their owners mean them. */
export const knownVariables = ['LOCAL_MODEL_TAG', 'OLLAMA_HOST', 'OPENAI_BASE_URL', 'OPENAI_API_KEY'] as const

/** The variable that says what a run is for, whatever the config says. */
const runVariable = 'BENCH_MEMO_RUN'

/**
 * The config with the run's mode, and with endpoints and key names that the environment gives where the file gives none. OPENAI_API_KEY belongs
 * to the host that OPENAI_BASE_URL (or OpenAI itself) names, so it is never taken for an endpoint that the file names.
 * Pure. @throws ConfigError where BENCH_MEMO_RUN is no mode, where a runtime needs OPENAI_BASE_URL and that is no URL, and where the config contradicts
 * itself with these endpoints, as a local runtime at a public address does
 */
export function withEnvironment(config: BenchConfig, environment: Environment): BenchConfig {
  const runtimes = Object.entries(config.runtimes).map(([name, runtime]) => [name, complete(runtime, environment)])
  const run = runMode(config, environment[runVariable]?.trim())
  const completed = { ...config, run, runtimes: Object.fromEntries(runtimes) as BenchConfig['runtimes'] }
  const problems = referenceProblems({
    runtimes: new Map(Object.entries(completed.runtimes)),
    lanes: new Map(Object.entries(completed.lanes)),
    workloads: new Map(Object.entries(completed.workloads)),
    workers: new Map(Object.entries(completed.workers)),
  })
  if (problems.length === 0) return completed
  throw new ConfigError(
    'the config, with OLLAMA_HOST and OPENAI_BASE_URL as they are set,',
    problems.map((problem) => ({ ...problem, path: formatPath(problem.path) })),
  )
}

function runMode(config: BenchConfig, asked: string | undefined): RunMode {
  if (!asked) return config.run
  const mode = runModes.find((each) => each === asked)
  if (mode) return mode
  throw new ConfigError(runVariable, [
    { path: '', code: 'invalid-value', text: `this variable says what a run is for: write ${runModes.join(' or ')}` },
  ])
}

function complete(runtime: RuntimeConfig, environment: Environment): RuntimeConfig {
  if (runtime.kind === 'embedded' || runtime.endpoint !== undefined) return runtime
  if (runtime.kind === 'ollama') {
    const endpoint = ollamaUrl(environment.OLLAMA_HOST ?? '') ?? usualEndpoints.ollama
    return { ...runtime, endpoint }
  }
  if (runtime.kind === 'openai-compatible') {
    const base = environment.OPENAI_BASE_URL?.trim()
    const endpoint = base ? openaiBaseUrl(base) : usualEndpoints['openai-compatible']
    if (endpoint === undefined) {
      throw new ConfigError('OPENAI_BASE_URL', [
        { path: '', code: 'invalid-value', text: `this variable ${noUrl}; correct it, or unset it` },
      ])
    }
    return { ...runtime, endpoint, api_key_env: runtime.api_key_env ?? 'OPENAI_API_KEY' }
  }
  return { ...runtime, endpoint: usualEndpoints[runtime.kind] }
}

/** What is wrong with a variable; without its value, which might be a key. */
export const noUrl = 'holds no http or https URL, such as http://127.0.0.1:8000/v1'

/** Names, never values, of the variables that are set and that this config or discovery reads. */
export function variablesInUse(config: BenchConfig, environment: Environment): string[] {
  const named = Object.values(config.runtimes).flatMap((runtime) =>
    runtime.kind === 'embedded' || runtime.api_key_env === undefined ? [] : [runtime.api_key_env],
  )
  return [...new Set([...named, ...knownVariables])].filter((name) => environment[name] !== undefined)
}
