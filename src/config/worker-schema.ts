import { z } from 'zod'

/** `workers:` of bench.config.yaml: the commands that really call a model, in whatever language. */

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'use lower-case letters, digits, dots and hyphens')
  .max(80)
const variables = z.array(
  z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'name an environment variable (A-Z, 0-9, _), never its value'),
)

export const workerSchema = z.strictObject({
  workload: name.describe('one of workloads: its records are submitted'),
  lane: name.describe("one of the workload's lanes: its model is selected, its runtime must answer"),
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe('program and arguments of the OUTER command, the one that the scheduler starts; no shell in between'),
  folder: z.string().min(1).default('.').describe("working folder, from the config's"),
  payload: z
    .enum(['stdin', 'file', 'arguments'])
    .describe(
      'how the payload reaches the command: on stdin; as a file whose path is the last argument or stands for {payload}; or as arguments, where {model} and {input} stand for it',
    ),
  payload_template: z
    .record(z.string(), z.json())
    .default({ selected_model: '{{model}}', input: '{{input}}' })
    .describe("the payload, JSON: {{model}} is the lane's model, {{input}} the record's input"),
  endpoint_env: variables
    .min(1)
    .describe('NAMES of the variables that point the worker at its model server, such as OLLAMA_HOST, OPENAI_BASE_URL'),
  environment: variables
    .default([])
    .describe('NAMES of further variables that are passed on; beyond these it gets PATH, HOME and the like only'),
  reports_model: z
    .strictObject({
      pointer: z
        .string()
        .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'write a JSON pointer such as /observed_model')
        .describe('JSON pointer to the name of the model'),
      file: z
        .string()
        .min(1)
        .optional()
        .describe('a JSON file that the worker writes, from its folder; its stdout where absent'),
    })
    .optional()
    .describe('where the worker itself records which model it used; compared where given'),
  fallback: z
    .strictObject({
      lane: name.describe('the lane that may serve where the selected model fails'),
      endpoint_env: variables.min(1).describe("NAMES of the variables that point the worker at that lane's server"),
    })
    .optional()
    .describe('where absent, nothing may serve instead'),
  faults: z
    .strictObject({
      seconds: z.number().positive().max(3600).default(30).describe('the command is ended after so long'),
      delay_seconds: z.number().positive().max(3600).default(5).describe('how long a slow first token takes'),
      retries: z.int().min(0).max(100).default(5).describe('as many requests after the first one are within bounds'),
    })
    .optional()
    .describe(
      'let the model server fail in ten ways, once a run, and see what the worker does; where absent, not tried',
    ),
  seconds: z.number().positive().max(86_400).default(120).describe('the command is ended after so long'),
  records: z.int().min(1).max(1000).default(1).describe('how many records of the workload are submitted'),
})

export type WorkerConfig = z.infer<typeof workerSchema>
