import { z } from 'zod'
import { runtimeKinds } from '../config/schema.ts'
import { failureCodes } from './failure-codes.ts'

/** What is on this machine and calls models from here: facts of kind `inventory`, without the fields that all evidence has. */

const text = z.string()
const count = z.int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const model = z.strictObject({
  tag: text,
  digest: text.optional().describe("the runtime's own hash of what the tag means"),
  weights_sha256: sha256
    .optional()
    .describe('of the file that the runtime names: hashed earlier, or claimed by Ollama'),
  parameters: text.optional().describe('as the runtime writes their number'),
  quantization: text.optional(),
  context_trained: count.optional().describe('tokens'),
  context_configured: count.optional().describe('tokens, where the tag asks for them'),
  context_in_force: count.optional().describe('tokens, of a loaded model'),
  size_bytes: count.optional(),
  modified_at: text.optional().describe('when the tag was last written, as the runtime gives it'),
  loaded: z.boolean().optional().describe('in memory now; absent where the runtime does not say'),
  chats: z.literal(false).optional().describe('no model to chat with, as of embeddings'),
  served_elsewhere: text.optional().describe('host and model that really serve a tag which only looks local'),
})

const listener = z.strictObject({
  address: text.describe('0.0.0.0 and :: are all addresses of this machine'),
  pid: count.optional().describe('absent where the system does not show it'),
})

const runtime = z.strictObject({
  kind: z.enum(runtimeKinds),
  names: z.array(text).describe('in the config; empty for a usual endpoint or one that the environment names'),
  endpoint: text.optional().describe('absent for the embedded one'),
  location: z.enum(['local', 'cloud']),
  state: z
    .enum(['ready', 'loading', 'failed', 'absent', 'not-asked', 'in-process'])
    .describe(
      'absent: nothing of this kind answers at an endpoint that nobody named; in-process: started by a run, when it is needed',
    ),
  version: text.optional(),
  failure: z.strictObject({ code: z.enum(failureCodes), message: text }).optional(),
  answer_ms: z.number().min(0).optional().describe('until it had told its state'),
  listening: z
    .array(listener)
    .optional()
    .describe("its port's listening sockets on this machine; absent where they cannot be seen"),
  models_listed: count.optional().describe('how many it lists; absent where it did not'),
  models: z.array(model).describe('listed ones; of long lists those of lanes and the first'),
})

const daemon = z.strictObject({
  program: text.describe('of the file that runs'),
  pid: count,
  runner_of: count.optional().describe('pid of the server that started it for one model'),
  unit: text.optional().describe("systemd's, by the process's control group"),
  is_user_unit: z.boolean().optional(),
  listening: z.array(z.strictObject({ address: text, port: count })),
  environment: z
    .record(text, text)
    .optional()
    .describe('harmless variables of Ollama that are set; absent where the process does not let one see them'),
})

const clientPath = z.strictObject({
  file: text.describe("from the config's folder"),
  line: count,
  libraries: z.array(text).optional(),
  endpoints: z.array(text).optional().describe('without credentials and queries'),
  tags: z.array(text).optional(),
  environment_names: z.array(text).optional().describe('names, never values'),
  secret: z
    .literal(true)
    .optional()
    .describe('the line holds a literal that looks like a secret; its content stays there'),
})

const clients = z.strictObject({
  patterns: z.array(text),
  files: count.describe('that were read'),
  paths: z.array(clientPath),
  left_out: z.array(text).describe('what was not read, and why'),
})

export const inventoryFacts = {
  total_ms: z.number().min(0),
  runtimes: z.array(runtime),
  daemons: z.array(daemon).optional().describe('absent where the system does not show processes'),
  units: z
    .array(
      z.strictObject({
        name: text,
        manager: z.enum(['system', 'user', 'launchd']),
        active: text.describe('as the manager says it: active, inactive, failed'),
        enabled: text.optional().describe('whether it starts with the machine or the session'),
      }),
    )
    .describe("services of model servers that the system's manager knows"),
  hardware: z.strictObject({
    operating_system: text,
    cpu: text,
    cores: count,
    memory_bytes: count,
    memory_used_bytes: count.optional(),
    swap_used_bytes: count.optional(),
    gpus: z.array(text).optional().describe('absent where they were not told in time'),
    power: z
      .enum(['mains', 'battery', 'no-battery'])
      .optional()
      .describe('no-battery: nothing else than mains; absent where it is not known'),
    battery_percent: z.number().min(0).max(100).optional(),
  }),
  latest: z
    .strictObject({
      run_id: text,
      measured_at: text.optional(),
      lanes: z.array(
        z.strictObject({
          lane: text,
          requested_model: text,
          rung: z.enum(['configured', 'present', 'loaded', 'answered', 'reliable']),
          digest: text.optional(),
          weights_sha256: sha256.optional(),
        }),
      ),
    })
    .optional()
    .describe('what the latest memo says of lanes'),
  clients: clients.optional().describe('absent where the config names none'),
}
const facts = z.strictObject(inventoryFacts)
export type InventoryFacts = z.infer<typeof facts>
/** For `bench-memo inventory --json`. */
export const inventoryFactsSchema = facts
export type InventoryRuntime = InventoryFacts['runtimes'][number]
export type InventoryModel = InventoryRuntime['models'][number]
export type ClientFacts = NonNullable<InventoryFacts['clients']>
export type ClientPath = ClientFacts['paths'][number]
