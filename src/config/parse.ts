import type { z } from 'zod'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { type ConfigPath, formatPath } from './config-path.ts'
import { machineSchema } from './machine-schema.ts'
import { minimalConfig } from './minimal-config.ts'
import { readYaml, type YamlText } from './read-yaml.ts'
import { type ConfigParts, referenceProblems } from './reference-problems.ts'
import {
  type BenchConfig,
  benchConfigSchema,
  laneSchema,
  type RuntimeConfig,
  runtimeKinds,
  runtimeSchema,
  workloadSchema,
} from './schema.ts'
import { schemaProblems, valueAt } from './schema-problems.ts'
import { carriesCredentials, looksLikeSecret, looksLikeSecretValue } from './secrets.ts'
import { workerSchema } from './worker-schema.ts'

/**
 * Reads the text of a bench.config.yaml: YAML, the strict schema, then references between its parts.
 * Throws a ConfigError with every problem that was found.
 */
export function parseConfig(text: string, file: string): BenchConfig {
  const read = readYaml(text)
  if ('problems' in read) throw new ConfigError(file, read.problems)
  const { yaml } = read
  if (yaml.value === null) {
    throw new ConfigError(file, [
      { path: '', code: 'missing-key', text: `empty. Write into it, for instance:\n\n${minimalConfig}` },
    ])
  }
  const parsed = benchConfigSchema.safeParse(yaml.value)
  const secrets = secretProblems(yaml)
  const hidden = new Set(secrets.map(({ path }) => path))
  const problems: readonly ConfigProblem[] = [
    ...secrets,
    ...schemaProblems(
      benchConfigSchema,
      parsed.success ? [] : [...parsed.error.issues, ...issuesUnderWrongNames(parsed.error, yaml)],
      yaml,
    ),
    ...[...referenceProblems(partsOf(yaml.value)), ...memoryProblems(yaml.value)].map((problem) => ({
      ...yaml.positionOf(problem.path),
      ...problem,
      path: formatPath(problem.path),
    })),
  ].filter(({ path, code }) => code === 'secret' || !hidden.has(path))
  if (!parsed.success || problems.length > 0) throw new ConfigError(file, problems)
  return parsed.data
}

const sections = { runtimes: runtimeSchema, lanes: laneSchema, workloads: workloadSchema, workers: workerSchema }

/** What is right by itself, field by field, so that references are checked even where something else is wrong. */
function partsOf(value: unknown): ConfigParts {
  const part = <Schema extends z.ZodObject>(section: string, schema: Schema): Map<string, Partial<z.infer<Schema>>> =>
    new Map(entries(value, section).map(([name, inner]) => [name, soundFields(inner, schema)]))
  return {
    runtimes: new Map(entries(value, 'runtimes').map(([name, inner]) => [name, soundRuntime(inner)])),
    lanes: part('lanes', laneSchema),
    workloads: part('workloads', workloadSchema),
    workers: part('workers', workerSchema),
  }
}

/** A field that is wrong stays as a key without a value: it is given, but says nothing. */
function soundFields<Schema extends z.ZodObject>(value: unknown, schema: Schema): Partial<z.infer<Schema>> {
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, field]) => {
    const given = valueAt(value, [key])
    const parsed = field.safeParse(given)
    return given === undefined && parsed.data === undefined ? [] : [[key, parsed.data] as const]
  })
  return Object.fromEntries(fields) as Partial<z.infer<Schema>>
}

function soundRuntime(value: unknown): Partial<RuntimeConfig> {
  const kind = runtimeKinds.find((each) => each === valueAt(value, ['kind']))
  if (kind === undefined) return {}
  if (kind === 'embedded') return { kind }
  const [location, endpoint] = [valueAt(value, ['location']), valueAt(value, ['endpoint'])]
  return {
    kind,
    ...(location === 'local' || location === 'cloud'
      ? { location }
      : kind !== 'openai-compatible' && location === undefined && { location: 'local' as const }),
    ...(typeof endpoint === 'string' && URL.canParse(endpoint) && { endpoint }),
  }
}

/** zod looks no further below a name that is wrong; the people who fix it want to know the rest too. */
function issuesUnderWrongNames(error: z.ZodError, yaml: YamlText): readonly z.core.$ZodIssue[] {
  return error.issues.flatMap((issue) => {
    const section = issue.path[0]
    if (issue.code !== 'invalid_key' || typeof section !== 'string' || !Object.hasOwn(sections, section)) return []
    const schema = sections[section as keyof typeof sections]
    const inner = schema.safeParse(valueAt(yaml.value, issue.path as ConfigPath))
    return inner.error?.issues.map((each) => ({ ...each, path: [...issue.path, ...each.path] })) ?? []
  })
}

function memoryProblems(value: unknown): readonly { path: ConfigPath; code: 'conflict'; text: string }[] {
  const machine = machineSchema.safeParse(valueAt(value, ['machine']) ?? {})
  if (!machine.success) return []
  const { caution_used_percent: caution, critical_used_percent: critical } = machine.data.memory
  if (caution < critical) return []
  const memory: ConfigPath = ['machine', 'memory']
  const written =
    valueAt(value, [...memory, 'caution_used_percent']) === undefined ? 'critical_used_percent' : 'caution_used_percent'
  const text = `caution (${caution} %) must be below critical (${critical} %); lower caution_used_percent or raise critical_used_percent`
  return [{ path: [...memory, written], code: 'conflict', text }]
}

function secretProblems(yaml: YamlText): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const seen = new Set<object>()
  const look = (value: unknown, path: ConfigPath): void => {
    if (typeof value === 'object' && value !== null) {
      if (seen.has(value)) return
      seen.add(value)
      for (const [key, inner] of Object.entries(value)) look(inner, [...path, Array.isArray(value) ? Number(key) : key])
    } else if (typeof value === 'string') {
      const text = secretText(value, path.at(-1))
      if (text !== undefined) problems.push({ ...yaml.positionOf(path), path: formatPath(path), code: 'secret', text })
    }
  }
  look(yaml.value, [])
  return problems
}

function secretText(value: string, key: string | number | undefined): string | undefined {
  if (typeof key === 'string' && key.endsWith('_env') && looksLikeSecretValue(value)) {
    return "this looks like a secret itself; put it into an environment variable, write that variable's NAME here, and revoke the secret if the file was shared"
  }
  if (looksLikeSecret(value))
    return 'this looks like a secret; remove it and revoke it if the file was shared (keys come from the variable that api_key_env names)'
  if (carriesCredentials(value))
    return 'a URL with credentials in it; remove them and name the variable that holds the key in api_key_env'
  return undefined
}

function entries(value: unknown, section: string): readonly (readonly [string, unknown])[] {
  const inner = valueAt(value, [section])
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.entries(inner) : []
}
