/** The process behind a connection to the tap, as Linux' /proc shows it. */
export interface TappedClient {
  readonly pid: number
  /** Program and arguments; empty where the process hides them. */
  readonly command: readonly string[]
  /** LOCAL_MODEL_TAG as the process was started with; a change that it made to its own environment is not seen. */
  readonly local_model_tag?: string
  readonly local_model_tag_state: 'set' | 'not-set' | 'unreadable'
}

/** What a client asked for, as far as its request had arrived. Fields that were not seen stay absent. */
export interface TappedRequest {
  /** 1, 2, 3 … in order of arrival. */
  readonly number: number
  readonly method: string
  /** Path and query as the client wrote them. */
  readonly path: string
  /** performance.now() when the head of the request had arrived. */
  readonly at_ms: number
  readonly client_port: number
  /** Absent where the system does not let one see the process, or where it was gone before it was found. */
  readonly client?: TappedClient
  /** Its path asks a model for text, or its body names a model under a path that is not known to do anything else. */
  readonly asks_model: boolean
  /** `model` of the body; absent where it names none, or two, and where the body can't be read. */
  readonly requested_model?: string
  /** The model that Ollama's /api/show is to describe, or /api/pull to fetch: nothing is asked of it. */
  readonly about_model?: string
  /** Numbers and switches of the body under the names they were sent by, and the strings that steer (`keep_alive` …). */
  readonly options: Readonly<Record<string, unknown>>
  /** sha256 of the `prompt` text, or of the JSON of `messages`; hexadecimal. */
  readonly prompt_sha256?: string
}

/** A request and what came back, as the client got it. */
export interface TappedExchange extends TappedRequest {
  /** HTTP status; absent where the connection broke before. */
  readonly status?: number
  /** `model` of the answer; where an answer names several, all of them, joined by a comma. */
  readonly response_model?: string
  /** `done_reason` or `finish_reason`. */
  readonly finish?: string
  readonly usage: { readonly prompt_tokens?: number; readonly output_tokens?: number }
  /** From `at_ms` to the first byte of the answer's body. */
  readonly first_byte_ms?: number
  /** From `at_ms` to the last byte, or to the break. */
  readonly total_ms?: number
  /** Telling `x-litellm-*` headers of the answer: it came through a gateway. */
  readonly gateway?: Readonly<Record<string, string>>
  /**
   * `failed`: an error status, an error or broken JSON in the answer, or nobody to pass the request to. `cut`: the
   * answer broke off or lacks its end mark, or the client left before it.
   */
  readonly outcome: 'answered' | 'failed' | 'cut' | 'pending'
  /** Name of the fault that was injected. */
  readonly injected?: string
}

/**
 * What is done to an exchange on purpose. `refuse` resets the connection, `status` answers in the target's place and
 * `hang` never answers: the target sees none of the three. The others change what the target answers: `cut` breaks the
 * connection after so many bytes of the body (or at its end), `malformed-json` takes the second half of every JSON
 * document, `wrong-model` puts another name into it, `empty-answer` takes the text out, `slow-first-token` holds
 * the first byte of the body back.
 */
export type Fault =
  | { readonly name: 'refuse' }
  | {
      readonly name: 'status'
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly name: 'hang' }
  | { readonly name: 'cut'; readonly after_bytes: number }
  | { readonly name: 'malformed-json' }
  | { readonly name: 'wrong-model'; readonly model: string }
  | { readonly name: 'empty-answer' }
  | { readonly name: 'slow-first-token'; readonly delay_ms: number }
