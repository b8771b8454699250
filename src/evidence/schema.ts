import { z } from 'zod'
import { runModes } from '../config/run-mode-schema.ts'
import { runtimeKinds } from '../config/schema.ts'
import { attemptsFacts, faultOrigin } from './attempts-schema.ts'
import { capabilityFacts } from './capability-schema.ts'
import { contextFacts } from './context-schema.ts'
import { curtailmentFacts } from './curtailment-schema.ts'
import { examinationSchema } from './examination-schema.ts'
import { failureCodes } from './failure-codes.ts'
import { faultFacts } from './fault-schema.ts'
import { gradeFacts } from './grade-schema.ts'
import { headroomFacts } from './headroom-schema.ts'
import { adapterSchema, identityProofSchema } from './identity-schema.ts'
import { interferenceFacts } from './interference-schema.ts'
import { inventoryFacts } from './inventory-schema.ts'
import { concurrencyFacts, latencyFacts } from './latency-schema.ts'
import { logFacts } from './log-schema.ts'
import { memoryFacts } from './memory-schema.ts'
import { policyFacts } from './policy-schema.ts'
import { rejudgingFacts } from './rejudging-schema.ts'
import { storedTextSchema } from './stored-text-schema.ts'
import { answerTimes, tokenCountsSchema } from './timing-schema.ts'
import { trialFacts } from './trial-schema.ts'
import { workerExitSchema, workerRequestSchema } from './worker-request.ts'

export { type Examination, examinationSchema, type Look } from './examination-schema.ts'
export type { StoredText } from './stored-text-schema.ts'

/**
 * Evidence: facts, never opinions. The one definition of what stands on disk (one JSON object a line);
 * types and the published JSON Schema come from here. A field that is absent was not measured or not given.
 */

const milliseconds = z.number().min(0)
const bytes = z.number().int().min(0)
const count = z.number().int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const text = z.string()

const base = {
  id: text.min(1).describe('unique in all runs'),
  run_id: text.min(1),
  at: z.iso.datetime().describe('when it was recorded, UTC'),
}
const subject = { lane: text, workload: text }

const timing = z.strictObject({
  state: z
    .enum(['cold', 'warm', 'prefix-cached', 'rejudged'])
    .describe(
      'three populations, never pooled; rejudged is of none: the answer was judged again, and total_ms is of the run that asked',
    ),
  state_by: z
    .enum(['load', 'server', 'request', 'not-excluded', 'rejudging'])
    .describe(
      "how the state is known: the weights were loaded for it, the server's count of cached tokens, the request forbade the cache, a cached prefix is just not excluded, or no model was asked",
    ),
  ...answerTimes,
})

export const completionSchema = z.strictObject({
  kind: z.literal('completion'),
  ...base,
  ...subject,
  record_id: text,
  record_sha256: sha256.describe('of the input: distinct records are counted by it'),
  prompt: storedTextSchema.extend({ words: count.optional().describe('of the messages; each is a token at least') }),
  fingerprint: sha256.describe('of all that makes two trials the same: prompt, schema, options, weights'),
  trial_sha256: sha256
    .optional()
    .describe(
      'of what makes asking again an attempt at the same trial: the fingerprint without seed, with the runtime',
    ),
  checks_sha256: sha256.optional().describe("of what the answer was held against: the record's facts, the checker"),
  options_sha256: sha256
    .optional()
    .describe("of the lane's settings in the config; evidence of other settings than today's does not count"),
  retry: count,
  repeat: count,
  requested_model: text,
  observed_model: text.optional().describe('what the runtime declared it had loaded; absent where nothing was proven'),
  response_model: text.optional().describe('the name in the response: an echo'),
  identity: identityProofSchema,
  outcome: z.discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('answered'),
      finish_reason: z.enum(['stop', 'length', 'other']),
      answer: storedTextSchema,
      thinking_characters: count,
      usage: tokenCountsSchema,
      timing,
      examination: examinationSchema,
    }),
    z.strictObject({
      state: z.literal('failed'),
      code: z.enum(failureCodes),
      message: text,
      total_ms: milliseconds,
    }),
  ]),
})

const knownModel = z.strictObject({
  weights_sha256: sha256.optional(),
  template_sha256: sha256.optional(),
  digest: text.optional(),
  adapters: z.array(adapterSchema).optional(),
})
/** What tells the model behind a lane from another one. */
export type KnownModel = z.infer<typeof knownModel>

export const runSchema = z.strictObject({
  kind: z.literal('run'),
  ...base,
  versions: z.record(text, text),
  config_file: text,
  config_sha256: sha256,
  mode: z.enum(runModes).optional().describe('what it was for; a memo where absent'),
  filters: z.array(text).describe('what narrowed the run (-t, --project, files, shard); empty for a whole run'),
  discovered: z
    .array(z.strictObject({ kind: z.enum(runtimeKinds).exclude(['embedded']), endpoint: text, models: z.array(text) }))
    .optional()
    .describe('runtimes that joined beside those of the config; absent where discovery is off'),
  previous: z
    .strictObject({ run_id: text, lanes: z.record(text, knownModel) })
    .optional()
    .describe('the models of the latest whole run before this one, by lane'),
  environment_names: z
    .array(text)
    .describe('environment variables that the config names and that are set; never values'),
})

export const machineEvidenceSchema = z.strictObject({
  kind: z.literal('machine'),
  ...base,
  fingerprint: sha256.describe('of cpu, cores, memory and operating system: latencies compare only where it is equal'),
  operating_system: text,
  cpu: text,
  cores: count,
  memory_bytes: bytes,
  gpus: z.array(text),
})

export const laneEvidenceSchema = z.strictObject({
  kind: z.literal('lane'),
  ...base,
  lane: text,
  runtime: text,
  location: z.enum(['local', 'cloud']),
  rung: z.enum(['configured', 'present', 'loaded', 'answered']).describe('how far up the ladder this look got'),
  requested_model: text,
  version: text.optional(),
  listed_tags: z.array(text).optional(),
  load_ms: milliseconds.optional().describe('absent where the model was loaded already'),
  description: z
    .strictObject({
      digest: text.optional(),
      weights_files: z.array(text).optional().describe('file names without their folders'),
      weights_sha256: sha256.optional().describe('of all these files'),
      adapters: z.array(adapterSchema).optional(),
      projectors: z.array(text).optional(),
      loaded_as: text.optional().describe('the tag under which the weights got into memory, where it is another one'),
      also_known_as: z.array(text).optional().describe('other tags that mean exactly the same'),
      architecture: text.optional(),
      parameters: text.optional(),
      quantization: text.optional(),
      context_trained: count.optional(),
      context_configured: count.optional(),
      context_in_force: count.optional(),
      template_sha256: sha256.optional(),
      server_build: text.optional(),
      served_elsewhere: text.optional().describe('host and model that really serve a tag which only looks local'),
      loaded_bytes: bytes.optional().describe('of the loaded model, as the runtime says'),
      loaded_gpu_bytes: bytes.optional().describe("how many of them are in a GPU's memory, as the runtime says"),
    })
    .optional(),
  negative_control: z
    .enum(['refused', 'answered', 'not-asked', 'failed'])
    .optional()
    .describe(
      'what a tag that cannot exist was met with: who answers it does not check names; not-asked here where another record of the lane has it, or the config says so',
    ),
  failure: z.strictObject({ code: z.enum(failureCodes), message: text }).optional(),
})

export const memorySchema = z.strictObject({ kind: z.literal('memory'), ...base, ...subject, ...memoryFacts })

export const headroomSchema = z.strictObject({ kind: z.literal('headroom'), ...base, lane: text, ...headroomFacts })

export const interferenceSchema = z.strictObject({
  kind: z.literal('interference'),
  ...base,
  lane: text,
  ...interferenceFacts,
})

export const datasetSchema = z.strictObject({
  kind: z.literal('dataset'),
  ...base,
  workload: text,
  sha256: sha256.describe('of all files of the dataset'),
  record_sha256s: z
    .array(sha256)
    .describe("of its records' inputs, in order: records of any other origin do not count"),
})

export const baselineSchema = z.strictObject({
  kind: z.literal('baseline'),
  ...base,
  workload: text,
  record_id: text,
  record_sha256: sha256,
  examination: examinationSchema,
})

export const workerEvidenceSchema = z.strictObject({
  kind: z.literal('worker'),
  ...base,
  ...subject,
  worker: text.describe('its name in the config'),
  settings_sha256: sha256.describe(
    "of its settings in the config; evidence of other settings than today's does not count",
  ),
  record_id: text,
  record_sha256: sha256.describe('of the input that was submitted'),
  selected_model: text.describe('what the payload named'),
  exit: workerExitSchema,
  total_ms: milliseconds,
  requests: z.array(workerRequestSchema).describe('all that reached the wire tap, in order'),
  identity: identityProofSchema.describe("of the lane's model, around the run"),
  reported_model: text.optional().describe("the model of the worker's own record; absent where none was found"),
  stdout: storedTextSchema,
  stderr: storedTextSchema,
  control: z
    .strictObject({
      selected_model: text.describe('a tag that cannot exist'),
      exit: workerExitSchema,
      requests: z.array(workerRequestSchema),
    })
    .optional()
    .describe('the same payload with another model, every request answered by 404 before it reached a runtime'),
})

export const faultSchema = z.strictObject({ kind: z.literal('fault'), ...base, ...subject, ...faultFacts })

export const inventorySchema = z.strictObject({ kind: z.literal('inventory'), ...base, ...inventoryFacts })

export const policySchema = z.strictObject({ kind: z.literal('policy'), ...base, ...policyFacts })

export const contextSchema = z.strictObject({ kind: z.literal('context'), ...base, lane: text, ...contextFacts })

export const latencySchema = z.strictObject({ kind: z.literal('latency'), ...base, lane: text, ...latencyFacts })

export const concurrencySchema = z.strictObject({
  kind: z.literal('concurrency'),
  ...base,
  lane: text,
  ...concurrencyFacts,
})

export const trialSchema = z.strictObject({ kind: z.literal('trial'), ...base, ...subject, ...trialFacts })

export const attemptsSchema = z.strictObject({
  kind: z.literal('attempts'),
  ...base,
  ...subject,
  ...attemptsFacts,
  faults: z
    .array(z.strictObject({ ...faultOrigin, outcome: completionSchema.shape.outcome }))
    .describe('answers of earlier attempts in which something was wrong or missing, those of one kind once'),
})

export const curtailmentSchema = z.strictObject({
  kind: z.literal('curtailment'),
  ...base,
  ...subject,
  ...curtailmentFacts,
})

export const capabilitySchema = z.strictObject({
  kind: z.literal('capability'),
  ...base,
  lane: text,
  ...capabilityFacts,
})

export const logSchema = z.strictObject({ kind: z.literal('log'), ...base, ...logFacts })

export const rejudgingSchema = z.strictObject({ kind: z.literal('rejudging'), ...base, ...rejudgingFacts })

export const gradeSchema = z.strictObject({ kind: z.literal('grade'), ...base, ...subject, ...gradeFacts })

export const incidentSchema = z.strictObject({
  kind: z.literal('incident'),
  ...base,
  lane: text.optional(),
  workload: text.optional(),
  what: text,
  remedy: text,
})

export const verdictStatuses = ['pass', 'fail', 'insufficient', 'not-measured', 'not-applicable'] as const
export const verdictCopySchema = z.strictObject({
  kind: z.literal('verdict'),
  ...base,
  ...subject,
  gate: text,
  status: z.enum(verdictStatuses).describe('a copy: the assessment recomputes it from the facts and must agree'),
  n: count.describe('what was judged then; copies of other n or needed are not compared'),
  needed: count,
})

export const evidenceSchema = z.discriminatedUnion('kind', [
  runSchema,
  machineEvidenceSchema,
  laneEvidenceSchema,
  completionSchema,
  memorySchema,
  headroomSchema,
  interferenceSchema,
  contextSchema,
  capabilitySchema,
  latencySchema,
  concurrencySchema,
  datasetSchema,
  baselineSchema,
  workerEvidenceSchema,
  faultSchema,
  policySchema,
  inventorySchema,
  trialSchema,
  attemptsSchema,
  curtailmentSchema,
  logSchema,
  rejudgingSchema,
  gradeSchema,
  incidentSchema,
  verdictCopySchema,
])
export type Evidence = z.infer<typeof evidenceSchema>
export type EvidenceKind = Evidence['kind']
export type EvidenceOf<Kind extends EvidenceKind> = Extract<Evidence, { kind: Kind }>
export type Completion = EvidenceOf<'completion'>
/** Facts of one record before it gets its id, run and time. */
export type EvidenceFacts = Evidence extends infer Each
  ? Each extends Evidence
    ? Omit<Each, 'id' | 'run_id' | 'at'>
    : never
  : never
