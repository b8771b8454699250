/** What of a model's metadata decides the size of its key-value cache. */
export interface ModelShape {
  readonly layers: number
  /** Key-value heads of each layer; 0 where a layer has no attention. */
  readonly kv_heads: readonly number[]
  /** Numbers a head keeps of a token's key and of its value. */
  readonly key_length: number
  readonly value_length: number
  /** Numbers that a layer's widest step and its input have for each token. */
  readonly feed_forward: number
  readonly embedding: number
  readonly context_trained?: number
  /** Set where layers keep, or may keep, less than all that is counted (a sliding window, recurrent layers, a latent cache, unknown heads). */
  readonly keeps_less?: true
}

/**
 * From metadata under GGUF's own keys (ggml's docs/gguf.md), as a file's header and Ollama's /api/show have them.
 * Undefined where they do not say enough. Pure.
 */
export function modelShape(metadata: ReadonlyMap<string, unknown>): ModelShape | undefined {
  const architecture = metadata.get('general.architecture')
  const of = (name: string): unknown => metadata.get(`${String(architecture)}.${name}`)
  const layers = whole(of('block_count'))
  const heads = largest(of('attention.head_count'))
  const embedding = whole(of('embedding_length'))
  if (layers === undefined || heads === undefined) return undefined
  const perHead = embedding === undefined ? undefined : embedding / heads
  const key_length = whole(of('attention.key_length')) ?? perHead
  const value_length = whole(of('attention.value_length')) ?? perHead
  if (key_length === undefined || value_length === undefined) return undefined
  const told = of('attention.head_count_kv')
  const given = told ?? of('attention.head_count')
  const isListed = Array.isArray(given) && given.length >= layers
  const kv_heads = isListed ? given.map(Number) : Array<number>(layers).fill(whole(given) ?? heads)
  // Ollama's API leaves longer lists out, or empty: then a layer has no more than all of its heads.
  const isLeftOut = told !== undefined && !isListed && whole(told) === undefined
  const context_trained = whole(of('context_length'))
  const keepsLess =
    isLeftOut ||
    ['attention.sliding_window', 'ssm.state_size', 'attention.kv_lora_rank'].some(
      (name) => whole(of(name)) !== undefined,
    )
  return {
    layers,
    kv_heads: kv_heads.slice(0, layers),
    key_length,
    value_length,
    feed_forward: largest(of('feed_forward_length')) ?? 0,
    embedding: embedding ?? 0,
    ...(context_trained !== undefined && { context_trained }),
    ...(keepsLess && { keeps_less: true as const }),
  }
}

/** Bytes of one number in a cache, by ggml's names of its types: blocks of 32 with their scales (ggml-common.h). */
const cacheTypeBytes = {
  f32: 4,
  f16: 2,
  bf16: 2,
  q8_0: 34 / 32,
  q5_1: 24 / 32,
  q5_0: 22 / 32,
  q4_1: 20 / 32,
  q4_0: 18 / 32,
  iq4_nl: 18 / 32,
} as const
export type CacheType = keyof typeof cacheTypeBytes

/** Whether a name is that of a type whose size is known. */
export function isCacheType(name: string | undefined): name is CacheType {
  return name !== undefined && Object.hasOwn(cacheTypeBytes, name)
}

export interface EstimateInput {
  readonly weights_bytes: number
  readonly shape: ModelShape
  /** Tokens of one sequence. */
  readonly context: number
  /** Sequences that are kept at once, each with its own context. */
  readonly sequences: number
  /** Of keys, and of values where nothing else is said of them. */
  readonly cache_type: CacheType
  readonly value_cache_type?: CacheType
  /** What the weights are loaded into; a server of its own where absent. */
  readonly program?: keyof typeof programBytes
}

/** What a load should take, in bytes. */
export interface LoadEstimate {
  readonly weights_bytes: number
  /** Keys and values of all sequences; the most where `keeps_less` is set. */
  readonly cache_bytes: number
  /** For the program, its buffers and what is not known. */
  readonly margin_bytes: number
  readonly total_bytes: number
}

/** llama.cpp pads a context to whole blocks of so many tokens. */
const contextBlock = 256
/** Tokens of a prompt that are worked on at once (llama.cpp's n_ubatch), in 32-bit numbers. */
const batch = 512
/** Code, tokenizer and small buffers, as seen of llama-server and Ollama, and of the embedded engine, which is in Node. */
const programBytes = { server: 32 * 2 ** 20, 'node-process': 64 * 2 ** 20 } as const
const marginShare = 0.05

/**
 * Weights, and cache = layers × key-value heads × (key length × its bytes a number + value length × its) × tokens × sequences
 * (llama.cpp's llama_kv_cache: a row of n_embd_k_gqa and one of n_embd_v_gqa a token and layer), and a margin. Pure.
 */
export function estimateLoad(input: EstimateInput): LoadEstimate {
  const {
    weights_bytes,
    shape,
    context,
    sequences,
    cache_type,
    value_cache_type = cache_type,
    program = 'server',
  } = input
  const heads = shape.kv_heads.reduce((sum, each) => sum + each, 0)
  const tokens = Math.ceil(context / contextBlock) * contextBlock * sequences
  const token = shape.key_length * cacheTypeBytes[cache_type] + shape.value_length * cacheTypeBytes[value_cache_type]
  const cache_bytes = Math.round(heads * token * tokens)
  const activations = 4 * batch * (2 * shape.feed_forward + 4 * shape.embedding)
  const margin_bytes = Math.round(programBytes[program] + activations + marginShare * (weights_bytes + cache_bytes))
  return { weights_bytes, cache_bytes, margin_bytes, total_bytes: weights_bytes + cache_bytes + margin_bytes }
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined
}

function largest(value: unknown): number | undefined {
  return Array.isArray(value) ? whole(Math.max(...value.map(Number))) : whole(value)
}
