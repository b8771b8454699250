import type { RawAnswer, RawRequest } from './raw-exchange.ts'

/**
 * The contract that every runtime adapter fulfils. Types only.
 * Absent fields mean "the runtime did not say": an adapter never fills one with 0.
 * Every method rejects with one of the classes in failures.ts.
 */
export interface Runtime {
  readonly kind: string
  /** False: a request cannot ask for its whole prompt to be evaluated anew, so answers may use a cached prefix. */
  readonly obeys_prefix_cache: boolean
  /** True: a tag that does not exist is refused at once, before any weights are loaded or used. */
  readonly refuses_unknown_tags: boolean
  health(options: CallOptions): Promise<RuntimeHealth>
  list(options: CallOptions): Promise<readonly ModelListing[]>
  describe(tag: string, options: CallOptions): Promise<ModelDescription>
  load(request: LoadRequest, options: CallOptions): Promise<LoadReport>
  /** What a load would take, without loading; absent where the runtime can't tell. */
  loadFacts?(tag: string, options: CallOptions): Promise<LoadFacts>
  chat(request: ChatRequest, options: ChatOptions): Promise<ChatResult>
  unload(tag: string, options: CallOptions): Promise<void>
  /** One request in the server's own words, for probes that ask what a lane never does. */
  send(request: RawRequest, options: CallOptions): Promise<RawAnswer>
}

export interface CallOptions {
  /** Cancels the call: it rejects with RequestAborted. */
  readonly signal?: AbortSignal
  /** The call rejects with DeadlineExceeded after so many milliseconds. */
  readonly deadline_ms: number
}

export interface ChatOptions extends CallOptions {
  /** Called with every piece of text as it arrives. */
  readonly onText?: (text: string) => void
}

export interface RuntimeHealth {
  readonly state: 'ready' | 'loading'
  /** Name and version of the server, as it gives them. */
  readonly version?: string
}

export interface ModelListing {
  readonly tag: string
  /** The runtime's own hash of what the tag means, 64 hexadecimal digits (Ollama: of the manifest). */
  readonly digest?: string
  readonly parameters?: string
  readonly quantization?: string
  readonly context_trained?: number
  readonly context_in_force?: number
  /** When the tag was last written, ISO 8601 as the runtime gives it. */
  readonly modified_at?: string
  readonly size_bytes?: number
  /** In memory now. */
  readonly loaded?: boolean
  /** False where the runtime says that it is no model to chat with (embeddings). */
  readonly chats?: boolean
  /** Host and model that really serve a tag which only looks local (Ollama's cloud-backed tags). */
  readonly served_elsewhere?: string
}

/** What the runtime itself declares about a tag; nothing here is proof yet. */
export interface ModelDescription {
  readonly tag: string
  /** The runtime's own hash of what the tag means (Ollama: of the manifest). */
  readonly digest?: string
  /** Weight files that the runtime says it has loaded: all shards, adapters, projectors. */
  readonly weights_files?: readonly string[]
  /** Those of `weights_files` that change the model: LoRA adapters with their strength, where the runtime says it. */
  readonly adapters?: readonly { readonly file: string; readonly scale?: number }[]
  /** Those of `weights_files` that are multimodal projectors. */
  readonly projectors?: readonly string[]
  /** The tag under which the weights got into memory, where it is another one. */
  readonly loaded_as?: string
  /** Other tags that mean exactly the same (Ollama: the same manifest). */
  readonly also_known_as?: readonly string[]
  /** sha256 of the weights as the runtime claims it, 64 hexadecimal digits. */
  readonly weights_claimed_sha256?: string
  /** Changes whenever the weights are loaded anew (a runner's pid and start, a load counter). */
  readonly load_id?: string
  readonly architecture?: string
  readonly parameters?: string
  readonly quantization?: string
  readonly context_trained?: number
  readonly context_configured?: number
  readonly context_in_force?: number
  readonly template_sha256?: string
  /** Host and model that really serve a tag which only looks local (Ollama's cloud-backed tags). */
  readonly served_elsewhere?: string
  /** Bytes of the loaded model, and how many of them the runtime says are in a GPU's memory. */
  readonly loaded_bytes?: number
  readonly loaded_gpu_bytes?: number
  /** Process that holds the weights, where it runs on this machine. */
  readonly serving_pid?: number
  readonly server_build?: string
}

export interface LoadRequest {
  readonly tag: string
  readonly context?: number
  readonly keep_alive?: string
}

/** What bears on the memory that a load takes; a field that is absent the runtime did not say. */
export interface LoadFacts {
  /** True where the weights are in memory already. */
  readonly loaded: boolean
  /** Weight files of this machine that the load would read: all shards, adapters, projectors. */
  readonly files?: readonly string[]
  readonly weights_bytes?: number
  /** Metadata under GGUF's own keys, as `llama.block_count`. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Tokens of one sequence, where the lane asks for none. */
  readonly context?: number
  /** Sequences that are kept at once. */
  readonly sequences?: number
  /** True where the runtime never uses a GPU. */
  readonly processor_only?: boolean
}

export interface LoadReport {
  /** False where the model was in memory already. */
  readonly loaded_now: boolean
  /** True where the runtime shows that nothing was asked since the weights were loaded, before this call or by it. */
  readonly unused?: boolean
  readonly total_ms: number
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface ChatRequest {
  readonly tag: string
  readonly messages: readonly ChatMessage[]
  readonly temperature: number
  readonly seed: number
  readonly max_output_tokens: number
  readonly context?: number
  /** JSON Schema that the runtime shall constrain the answer to. */
  readonly schema?: Readonly<Record<string, unknown>>
  readonly think: boolean
  /** False: the runtime must evaluate the whole prompt anew. */
  readonly prefix_cache: boolean
  readonly keep_alive?: string
}

export interface ChatResult {
  readonly text: string
  /** Thinking, told apart from the content; empty where there was none. */
  readonly thinking: string
  /** The model that the response names. A name proves nothing. */
  readonly response_model?: string
  /** Headers of a gateway between here and what answered, by name; absent where the answer bears none. */
  readonly gateway?: Readonly<Record<string, string>>
  readonly finish_reason: 'stop' | 'length' | 'other'
  readonly usage: TokenUsage
  readonly server_timings: ServerTimings
  readonly wire: WireTimings
}

/** Token counts as the server gave them. */
export interface TokenUsage {
  /** All tokens of the prompt, cached ones included. */
  readonly prompt_tokens?: number
  readonly cached_prompt_tokens?: number
  readonly output_tokens?: number
}

/** Durations as the server gave them. */
export interface ServerTimings {
  readonly prompt_ms?: number
  readonly generation_ms?: number
}

/** Durations as the client saw them, from the moment the request was sent. */
export interface WireTimings {
  /** First piece of content; absent where none came. */
  readonly first_content_ms?: number
  readonly first_thinking_ms?: number
  /** Arrival of every chunk with text. */
  readonly chunk_ms: readonly number[]
  readonly total_ms: number
}
