import { createHash } from 'node:crypto'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { isLoopback } from '../config/endpoint.ts'
import type { ListedModel } from './listed-models.ts'
import { filesAsSeenFrom } from './remote-files.ts'
import type { LoadFacts, ModelDescription } from './runtime.ts'
import type { ServingProcess } from './serving-process.ts'

const text = z.string().nullish().catch(undefined)

export const healthSchema = z.object({ status: z.string() })

/** llama-server's /props, as far as it bears on who answers. */
export const propsSchema = z.object({
  model_path: text,
  model_alias: text,
  model_ftype: text,
  chat_template: text,
  build_info: text,
  total_slots: z.int().positive().nullish().catch(undefined),
  is_sleeping: z.boolean().nullish().catch(undefined),
  /** `router`: a server that starts other servers and serves nothing itself. */
  role: text,
  default_generation_settings: z
    .object({ n_ctx: z.number().positive().nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
})
export type Props = z.infer<typeof propsSchema>

export const adaptersSchema = z.array(z.object({ id: z.number(), path: z.string(), scale: z.number() }))
/** A LoRA adapter that the server was started with. At scale 0 it has no effect. */
export type Adapter = z.infer<typeof adaptersSchema>[number]

/** All that llama-server says of itself, and the process behind it where that is known. */
export interface ServerAnswers {
  readonly endpoint: string
  readonly props: Props
  readonly models: readonly ListedModel[]
  readonly adapters: readonly Adapter[]
  readonly serving: ServingProcess | undefined
}

/**
 * What llama-server declares, in the contract's words. `tag` is the asked one only where the server lists it; else it is
 * the served one. A sleeping server has no weights in memory, so it names no files. Pure.
 */
export function mapProps(asked: string, answers: ServerAnswers): ModelDescription {
  const { endpoint, props, models, adapters, serving } = answers
  const { model_path, model_alias, model_ftype, chat_template, build_info } = props
  const known = models.find(({ id, aliases }) => id === asked || aliases?.includes(asked))
  if (props.role === 'router')
    return { tag: known ? asked : 'llama-server', ...(build_info && { server_build: build_info }) }
  const model = known ?? models[0]
  const meta = model?.meta
  const applied = adapters.filter(({ scale }) => scale !== 0)
  const files = props.is_sleeping || !model_path ? [] : weightsFiles(model_path, applied, serving?.working_folder)
  const context = props.default_generation_settings?.n_ctx ?? meta?.n_ctx
  const load = loadId(serving, applied)
  // They stand last.
  const adapterFiles = filesAsSeenFrom(endpoint, files.slice(files.length - applied.length))
  return {
    tag: known || asked === model_alias ? asked : (model_alias ?? model?.id ?? 'unnamed'),
    ...(files.length > 0 && { weights_files: filesAsSeenFrom(endpoint, files) }),
    ...(files.length > 0 &&
      applied.length > 0 && {
        adapters: applied.map(({ scale }, index) => ({ file: adapterFiles[index] as string, scale })),
      }),
    ...(load && { load_id: load }),
    ...(meta?.n_params && { parameters: String(meta.n_params) }),
    ...(model_ftype && { quantization: model_ftype }),
    ...(meta?.n_ctx_train && { context_trained: meta.n_ctx_train }),
    ...(context && { context_in_force: context }),
    ...(chat_template && { template_sha256: createHash('sha256').update(chat_template).digest('hex') }),
    ...(meta?.size && !props.is_sleeping && { loaded_bytes: meta.size }),
    ...(serving && { serving_pid: serving.pid }),
    ...(build_info && { server_build: build_info }),
  }
}

/** What the server has loaded, or loads when it wakes up, of how many tokens and in how many slots. Pure. */
export function mapLoadFacts({
  endpoint,
  props,
  serving,
}: Pick<ServerAnswers, 'endpoint' | 'props' | 'serving'>): LoadFacts {
  const context = props.default_generation_settings?.n_ctx
  const files = props.model_path ? weightsFiles(props.model_path, [], serving?.working_folder) : []
  return {
    loaded: props.is_sleeping !== true,
    ...(files.length > 0 && isLoopback(endpoint) && { files }),
    ...(context && { context }),
    ...(props.total_slots && { sequences: props.total_slots }),
  }
}

/** Model, its further shards and adapters as absolute paths; none where one is relative to a folder nobody knows. */
function weightsFiles(model: string, adapters: readonly Adapter[], folder: string | undefined): string[] {
  const files = [...shardsOf(model), ...adapters.map(({ path }) => path)]
  if (files.every((file) => isAbsolute(file))) return files
  return folder === undefined ? [] : files.map((file) => (isAbsolute(file) ? file : join(folder, file)))
}

/** All files of a model that gguf-split wrote in pieces, named `…-00001-of-00003.gguf`. Pure. */
export function shardsOf(path: string): string[] {
  const [, stem, total = ''] = /^(.*)-\d{5}-of-(\d{5})\.gguf$/.exec(path) ?? []
  if (stem === undefined) return [path]
  return Array.from(
    { length: Number(total) },
    (_, index) => `${stem}-${String(index + 1).padStart(5, '0')}-of-${total}.gguf`,
  )
}

/** Changes with the process and with the strength of its adapters, which can be set while it runs. */
function loadId(serving: ServingProcess | undefined, applied: readonly Adapter[]): string | undefined {
  const parts = [
    ...(serving ? [`process ${serving.pid} started ${serving.started_at}`] : []),
    ...applied.map(({ id, scale }) => `adapter ${id} at ${scale}`),
  ]
  return parts.length > 0 ? parts.join(', ') : undefined
}

/** /slots: a slot that has answered names its last task. */
export const slotsSchema = z.array(z.object({ id_task: z.number().optional() }))
