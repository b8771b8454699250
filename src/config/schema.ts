import { z } from 'zod'
import { capabilityProbeSchema } from './capability-schema.ts'
import { clientsSchema } from './clients-schema.ts'
import { lengthBoundsSchema } from './contract-schema.ts'
import { graderSchema } from './grader-schema.ts'
import { concurrencySweepSchema, latencyProbeSchema } from './latency-schema.ts'
import { logsSchema } from './logs-schema.ts'
import { machineSchema } from './machine-schema.ts'
import { policySchema } from './policy-schema.ts'
import { runModeSchema } from './run-mode-schema.ts'
import { workerSchema } from './worker-schema.ts'

/** The strict schema of bench.config.yaml: the one source of its types and of its published JSON Schema. */

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'use lower-case letters, digits, dots and hyphens')
  .max(80)
const environmentVariable = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, 'name an environment variable (A-Z, 0-9, _), never its value')
const share = z.number().min(0).max(1)
const goDuration = z.string().regex(/^(?:\d+(?:\.\d+)?)(?:s|m|h)$/, 'write a duration such as 30s, 10m or 1h')

const embeddedRuntime = z.strictObject({
  kind: z.literal('embedded').describe('llama.cpp in a child process of the bench (node-llama-cpp); needs no daemon'),
  threads: z.int().min(1).max(256).optional().describe('CPU threads; all cores but one where absent'),
})
const endpoint = z.url().regex(/^https?:\/\/[^/]/, 'begin with http:// or https://')
const keyName = environmentVariable.optional().describe('NAME of the environment variable that holds the key')
const location = z
  .enum(['local', 'cloud'])
  .describe('local: the prompt stays on the premises (loopback or a private address); cloud: it leaves them')

function server<Kind extends string>(kind: Kind, what: string, where: string) {
  return z.strictObject({
    kind: z.literal(kind).describe(what),
    endpoint: endpoint.optional().describe(`base URL; ${where} where absent`),
    location: location.default('local'),
    api_key_env: keyName,
  })
}
const openaiCompatibleRuntime = z.strictObject({
  kind: z.literal('openai-compatible').describe('a server that speaks the OpenAI chat completions API'),
  endpoint: endpoint
    .optional()
    .describe(
      'base URL, such as http://127.0.0.1:9000/v1; OPENAI_BASE_URL, else https://api.openai.com/v1 where absent',
    ),
  location,
  api_key_env: keyName,
})
export const runtimeSchema = z.discriminatedUnion('kind', [
  embeddedRuntime,
  server('ollama', 'an Ollama daemon', 'OLLAMA_HOST, else http://127.0.0.1:11434'),
  server('llama-server', "llama.cpp's own server", 'http://127.0.0.1:8080'),
  server('lm-studio', "LM Studio's server (unverified: built from its documentation)", 'http://127.0.0.1:1234'),
  server('vllm', 'a vLLM server (unverified: built from its documentation)', 'http://127.0.0.1:8000'),
  openaiCompatibleRuntime,
])

/** Programs that serve models. */
export const runtimeKinds = runtimeSchema.options.map((option) => option.shape.kind.value)

export const identityLevels = ['none', 'echo', 'declared', 'declared-twice', 'weights', 'mapped'] as const
export const identityLevelSchema = z.enum(identityLevels)

export const laneSchema = z.strictObject({
  runtime: name.describe('one of runtimes'),
  model: z.string().min(1).max(200).describe('the model tag to ask for (requested_model)'),
  response_model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'the name that answers carry where it is not the model asked for; * stands for any characters, as in large-2026-*',
    ),
  weights: z
    .string()
    .regex(
      /^(?:sha256:[0-9a-f]{64}|(?!sha256:)\S*[./\\]\S*)$/,
      'write sha256: and 64 hexadecimal digits, or the path of a weight file',
    )
    .optional()
    .describe(
      'the weights that this lane expects: their sha256, or a file of this machine that is hashed (of split files the first); without it the first proof is trusted and marked unpinned',
    ),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'write sha256: and 64 hexadecimal digits')
    .optional()
    .describe(
      'what the tag must mean: the digest of its manifest, as `ollama list` begins it (Ollama only); holds weights, template, system prompt and parameters together',
    ),
  weights_file: z
    .string()
    .min(1)
    .optional()
    .describe('a GGUF file to load instead of a built-in model (embedded only)'),
  context: z.int().min(128).max(4_000_000).optional().describe('context window to configure, tokens'),
  temperature: z.number().min(0).max(2).default(0).describe('0 always picks the most probable token'),
  seed: z.int().min(0).default(1).describe('handed to runtimes that take one'),
  keep_alive: goDuration.optional().describe('how long the runtime keeps the model loaded'),
  think: z.boolean().default(false).describe('ask for thinking, where the model has it'),
  structured_output: z
    .enum(['json-schema', 'none'])
    .default('json-schema')
    .describe("how the contract's schema is handed to the runtime"),
  prefix_cache: z.boolean().default(false).describe('let the runtime reuse a cached prompt prefix between records'),
  context_probe: z
    .strictObject({
      maximum_tokens: z.int().min(256).max(4_000_000).default(4096).describe('no prompt that must fit is longer'),
      seconds: z.number().positive().max(86_400).default(60).describe('no prompt that must fit takes longer to read'),
    })
    .prefault({})
    .describe('caps of the probe that fills the context once a run: long prompts take minutes on a CPU'),
  latency_probe: latencyProbeSchema,
  concurrency_sweep: concurrencySweepSchema,
  capability_probe: capabilityProbeSchema,
  required_identity: identityLevelSchema
    .optional()
    .describe(
      'the least proof that counts as a success; where absent: weights on this machine, declared-twice on another host, echo in the cloud',
    ),
  negative_control: z
    .boolean()
    .default(true)
    .describe('ask once a run for a tag that cannot exist, one token at most, to see whether the server checks names'),
  only_if_none_discovered: z
    .boolean()
    .default(false)
    .describe('this lane runs only where discovery finds no model: the one that serves when nothing else does'),
})

const requiredFlag = z.boolean().optional().describe('false: judged and shown, but decides nothing (default true)')
export const gatesSchema = z.strictObject({
  identity: z
    .strictObject({ required: z.literal(true).optional().describe('identity always decides') })
    .optional()
    .describe('the model that answered is the one asked for'),
  context: z
    .strictObject({
      required: z
        .boolean()
        .optional()
        .describe('false: the lane is not probed for it; judged from its answers, but decides nothing (default true)'),
    })
    .optional()
    .describe('prompts reach the model whole, and the context has room for the longest one'),
  validity: z
    .strictObject({
      required: requiredFlag,
      consecutive: z.int().min(1).max(100_000).optional().describe('distinct records in a row that must be valid (25)'),
    })
    .optional()
    .describe('answers keep to the contract'),
  quality: z
    .strictObject({
      required: requiredFlag,
      minimum_facts: z.int().min(1).optional().describe('expected facts to find for a good record (all of them)'),
      minimum_share: share.optional().describe('share of good records, 0 to 1 (0.9)'),
      minimum_records: z.int().min(1).optional().describe('fewer distinct records are insufficient (25)'),
    })
    .optional()
    .describe('answers hold the expected facts'),
  latency: z
    .strictObject({
      required: requiredFlag,
      median_seconds: z.number().positive().optional().describe('ceiling of the warm median (none)'),
      first_content_seconds: z
        .number()
        .positive()
        .optional()
        .describe('ceiling of the warm median time to the first content, as somebody who waits sees it (none)'),
      minimum_records: z.int().min(1).optional().describe('fewer warm answers are insufficient (5)'),
    })
    .optional()
    .describe('warm answers come in time'),
  memory: z
    .strictObject({ required: requiredFlag })
    .optional()
    .describe('the machine keeps memory in reserve while it serves'),
  worker: z
    .strictObject({ required: requiredFlag })
    .optional()
    .describe("the model that the scheduler selects is the one that the workload's workers reach"),
})

export const workloadSchema = z.strictObject({
  title: z.string().min(1).max(120).describe('what people call the task; heads its page of the memo'),
  dataset: z.string().min(1).describe('folder with prompt.md, records.jsonl, schema.json, baseline.json'),
  contract: z
    .strictObject({
      grounded_urls: z.boolean().default(true).describe('a URL in the answer must stand in the input'),
      length: lengthBoundsSchema.optional().describe('how long the answer and its fields may be'),
    })
    .prefault({})
    .describe('what an answer must keep to, beside schema.json'),
  limits: z
    .strictObject({
      seconds_per_record: z.number().positive().max(86_400).default(90).describe('an answer that takes longer failed'),
      output_tokens: z.int().min(1).max(1_000_000).default(256).describe('the answer is cut after so many tokens'),
      records: z.int().min(1).optional().describe('ask only the first n records'),
    })
    .prefault({})
    .describe('how long, how much and how many to ask'),
  graders: z.record(name, graderSchema).default({}).describe('models that grade the answers, for advice only'),
  gates: gatesSchema.prefault({}).describe("what differs from the top level's gates for this workload"),
  privacy: z
    .enum(['public', 'internal', 'private'])
    .default('private')
    .describe(
      'public: text is stored; internal: stored with personal data redacted; private: only hash and length, and never to a cloud lane',
    ),
  stakes: z.enum(['low', 'normal', 'high']).default('normal').describe('high asks n >= 59 before autonomous mode'),
  volume: z
    .strictObject({ per_month: z.number().min(0).describe('tasks a month') })
    .optional()
    .describe('how often the task comes up'),
  lanes: z.array(name).min(1).describe('candidate lanes, in order of preference'),
  incumbent: name.default('manual').describe('what does the job today: a lane, or manual'),
  assisted_by: z.array(name).default([]).describe('workloads that may serve this one, such as redaction'),
  value: z
    .strictObject({
      minutes_saved_per_task: z
        .number()
        .min(0)
        .optional()
        .describe('review or reformatting time that a good answer saves'),
      external_cost_per_task: z.number().min(0).optional().describe('what an external provider charges for one task'),
    })
    .prefault({})
    .describe('what one task is worth, for the value model'),
})

export const valueSchema = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'write three letters such as USD')
    .default('USD')
    .describe('of all costs here (ISO 4217)'),
  labour_per_hour: z.number().min(0).optional().describe('loaded cost of one hour of work'),
})

export const benchConfigSchema = z.strictObject({
  version: z.literal(1).describe('of this format'),
  fail_on: z
    .enum(['gate', 'regression', 'never'])
    .default('gate')
    .describe(
      'what makes the exit code 1, beside errors: a gate that failed, a gate that is worse than in the baseline, or nothing',
    ),
  baseline: z
    .string()
    .min(1)
    .default('bench-runs/baseline')
    .describe(
      "folder with the evidence of an earlier run, such as a committed copy of .bench/runs/<run>/evidence, from the config's folder: what fail_on: regression compares with",
    ),
  run: runModeSchema,
  discover: z
    .boolean()
    .default(false)
    .describe(
      'runtimes that answer on their usual local endpoints join as lanes, with their models, at every workload',
    ),
  runtimes: z.record(name, runtimeSchema).describe('programs that serve models, by a name of your choice'),
  lanes: z.record(name, laneSchema).describe('ways to run a model, by a name of your choice; ties go by this order'),
  workloads: z.record(name, workloadSchema).describe('recurring tasks, by a name of your choice'),
  workers: z
    .record(name, workerSchema)
    .default({})
    .describe('the commands that really call a model for a workload, by a name of your choice'),
  policy: policySchema.prefault({}).describe('what vetoes local work, and how long a veto is believed'),
  gates: gatesSchema.prefault({}).describe('what a lane must prove, for all workloads'),
  clients: clientsSchema.optional(),
  logs: logsSchema.optional().describe('logs that are read at the end of a run, where given'),
  machine: machineSchema.prefault({}).describe('when this machine is too full or too busy to serve'),
  value: valueSchema.prefault({}).describe('what an hour costs, for the value model'),
})

/** The whole config, defaults filled in, plain JSON. */
export type BenchConfig = z.infer<typeof benchConfigSchema>
export type RuntimeConfig = z.infer<typeof runtimeSchema>
export type RuntimeKind = RuntimeConfig['kind']
export type LaneConfig = z.infer<typeof laneSchema>
export type WorkloadConfig = z.infer<typeof workloadSchema>
export type GatesConfig = z.infer<typeof gatesSchema>
export type IdentityLevel = z.infer<typeof identityLevelSchema>
