import { z } from 'zod'
import { type JsonServer, requestJson } from './request-json.ts'
import type { CallOptions, ModelDescription, ModelListing } from './runtime.ts'

const count = z.number().positive().nullish().catch(undefined)

const listedModelSchema = z.object({
  id: z.string(),
  /** llama-server: other names of the same model. */
  aliases: z.array(z.string()).nullish().catch(undefined),
  /** vLLM: the folder or the hub's name of the weights, of an adapter its own. */
  root: z.string().nullish().catch(undefined),
  /** vLLM: the served name of the model that an adapter belongs to. */
  parent: z.string().nullish().catch(undefined),
  max_model_len: count,
  /** llama-server's facts about the loaded file. */
  meta: z.object({ n_ctx: count, n_ctx_train: count, n_params: count, size: count }).nullish().catch(undefined),
})
const modelsSchema = z.object({ data: z.array(listedModelSchema) })

/** An entry of /v1/models, as far as servers fill it in. */
export type ListedModel = z.infer<typeof listedModelSchema>

/** The entries of OpenAI's /models, at the given path below the endpoint. */
export async function readListedModels(server: JsonServer, path: string, call: CallOptions): Promise<ListedModel[]> {
  return (await requestJson(server, path, modelsSchema, call)).data
}

/** What a /models entry declares: vLLM gives max_model_len, llama-server a `meta` object, most others nothing. */
export function mapListedModel({ id, max_model_len, meta }: ListedModel): ModelDescription {
  const context = meta?.n_ctx ?? max_model_len
  return {
    tag: id,
    ...(meta?.n_params && { parameters: String(meta.n_params) }),
    ...(meta?.n_ctx_train && { context_trained: meta.n_ctx_train }),
    ...(context && { context_in_force: context }),
  }
}

export function mapListing(model: ListedModel): ModelListing {
  const { tag, parameters, context_trained, context_in_force } = mapListedModel(model)
  return {
    tag,
    ...(parameters !== undefined && { parameters }),
    ...(context_trained !== undefined && { context_trained }),
    ...(context_in_force !== undefined && { context_in_force }),
    ...(model.meta?.size && { size_bytes: model.meta.size }),
  }
}
