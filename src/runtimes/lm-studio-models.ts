import { z } from 'zod'
import type { ModelDescription } from './runtime.ts'

const text = z.string().nullish().catch(undefined)
const count = z.number().positive().nullish().catch(undefined)

/** GET /api/v0/models, LM Studio 0.3.6 and newer. */
export const v0Schema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      type: text,
      arch: text,
      quantization: text,
      /** `loaded` or `not-loaded`. */
      state: text,
      max_context_length: count,
      loaded_context_length: count,
    }),
  ),
})

/** GET /api/v1/models, LM Studio 0.4 and newer. */
export const v1Schema = z.object({
  models: z.array(
    z.object({
      key: z.string(),
      type: text,
      architecture: text,
      quantization: z.object({ name: text }).nullish().catch(undefined),
      size_bytes: count,
      params_string: text,
      loaded_instances: z.array(
        z.object({ id: z.string(), config: z.object({ context_length: count }).nullish().catch(undefined) }),
      ),
      max_context_length: count,
    }),
  ),
})

/** What load and unload answer, as far as it is needed. */
export const instanceSchema = z.object({ instance_id: z.string() })

/** A model that LM Studio has on disk, and in memory where it has instances. */
export interface StudioModel {
  readonly id: string
  /** False for embeddings. */
  readonly chats: boolean
  readonly architecture?: string
  readonly quantization?: string
  readonly parameters?: string
  readonly size_bytes?: number
  readonly context_trained?: number
  readonly instances: readonly { readonly id: string; readonly context?: number }[]
}

export function mapV0({ data }: z.infer<typeof v0Schema>): StudioModel[] {
  return data.map(({ id, type, arch, quantization, state, max_context_length, loaded_context_length }) => ({
    id,
    chats: type !== 'embeddings',
    ...(arch && { architecture: arch }),
    ...(quantization && { quantization }),
    ...(max_context_length && { context_trained: max_context_length }),
    instances: state === 'loaded' ? [{ id, ...(loaded_context_length && { context: loaded_context_length }) }] : [],
  }))
}

export function mapV1({ models }: z.infer<typeof v1Schema>): StudioModel[] {
  return models.map((model) => ({
    id: model.key,
    chats: model.type !== 'embedding',
    ...(model.architecture && { architecture: model.architecture }),
    ...(model.quantization?.name && { quantization: model.quantization.name }),
    ...(model.params_string && { parameters: model.params_string }),
    ...(model.size_bytes && { size_bytes: model.size_bytes }),
    ...(model.max_context_length && { context_trained: model.max_context_length }),
    instances: model.loaded_instances.map(({ id, config }) => ({
      id,
      ...(config?.context_length && { context: config.context_length }),
    })),
  }))
}

/**
 * The model that would answer to a name, described under its own: the named one, or the only one that is loaded, which
 * LM Studio takes for a name that it does not know. Undefined where none would. Pure.
 */
export function servedBy(tag: string, models: readonly StudioModel[]): ModelDescription | undefined {
  const named =
    models.find(({ id }) => id === tag) ?? models.find(({ instances }) => instances.some(({ id }) => id === tag))
  if (named) return describeModel(tag, named, named.instances.find(({ id }) => id === tag) ?? named.instances[0])
  const loaded = models.flatMap((model) =>
    model.chats ? model.instances.map((instance) => ({ model, instance })) : [],
  )
  const [only, ...others] = loaded
  return only && others.length === 0 ? describeModel(only.instance.id, only.model, only.instance) : undefined
}

function describeModel(
  tag: string,
  model: StudioModel,
  instance: StudioModel['instances'][number] | undefined,
): ModelDescription {
  const { architecture, quantization, parameters, context_trained } = model
  return {
    tag,
    ...(instance && { load_id: `instance ${instance.id}` }),
    ...(architecture !== undefined && { architecture }),
    ...(parameters !== undefined && { parameters }),
    ...(quantization !== undefined && { quantization }),
    ...(context_trained !== undefined && { context_trained }),
    ...(instance?.context !== undefined && { context_in_force: instance.context }),
  }
}
