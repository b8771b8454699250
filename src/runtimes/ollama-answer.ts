import type { CallPlace } from './call-within.ts'
import { ModelUnloaded, StreamCut, UnexpectedResponse } from './failures.ts'
import { gatewayHeaders } from './gateway-headers.ts'
import { watchLines } from './ndjson-stream.ts'
import { failureFromOllamaLine } from './ollama-failure.ts'
import { mapDoneReason, mapTimings, mapUsage } from './ollama-mapping.ts'
import type { ChatLine } from './ollama-protocol.ts'
import type { ChatResult } from './runtime.ts'

/** Ollama ends an answer without a word once more than this many pieces in a row were the same (llm/llama_server.go). */
const repeatLimit = 30

/** One answer while it arrives. */
export class OllamaAnswer {
  readonly #place: CallPlace
  readonly #apiKey: string | undefined
  readonly #onText: ((text: string) => void) | undefined
  readonly #chunk_ms: number[] = []
  #sentAt = 0
  #text = ''
  #thinking = ''
  #response_model: string | undefined
  #gateway: Readonly<Record<string, string>> | undefined
  #first_content_ms: number | undefined
  #first_thinking_ms: number | undefined
  #last: ChatLine | undefined
  #piece = ''
  #repeats = 0

  constructor(place: CallPlace, apiKey: string | undefined, onText: ((text: string) => void) | undefined) {
    this.#place = place
    this.#apiKey = apiKey
    this.#onText = onText
  }

  begin(): void {
    this.#sentAt = performance.now()
  }

  /** The response with every line checked before the client sees it. */
  watch(response: Response): Response {
    if (!response.body) throw this.#notItsProtocol('the answer has no body')
    this.#gateway = gatewayHeaders(response.headers)
    let ended = false
    const look = (text: string) => {
      const line = this.#parse(text)
      if ('error' in line) throw failureFromOllamaLine(line, this.#place, this.#apiKey)
      ended ||= line.done === true
    }
    const atEnd = (rest: string) => {
      // A line that was cut is no JSON, a last one without a line break is.
      if (rest.trim() !== '' && (ended || isJson(rest))) look(rest)
      if (!ended) throw this.#cut()
    }
    return new Response(watchLines(response.body, look, atEnd), { status: response.status, headers: response.headers })
  }

  take(line: ChatLine): void {
    const now_ms = performance.now() - this.#sentAt
    const { content = '', thinking = '' } = line.message ?? {}
    if (content) this.#first_content_ms ??= now_ms
    if (thinking) this.#first_thinking_ms ??= now_ms
    if (content || thinking) this.#chunk_ms.push(now_ms)
    this.#text += content
    this.#thinking += thinking
    this.#countRepeats((content || thinking).trim())
    if (line.model) this.#response_model ??= line.model
    if (line.done) this.#last = line
    if (content) this.#onText?.(content)
  }

  result(): ChatResult {
    const last = this.#last
    if (!last) throw this.#cut()
    if (last.done_reason === 'unload') {
      throw new ModelUnloaded(
        `${this.#place.server} at ${this.#place.endpoint} unloaded '${this.#place.tag}' instead of answering. ` +
          'Give the lane a longer keep_alive, or keep other programs from unloading the model',
        { ...this.#place },
      )
    }
    return {
      text: this.#text,
      thinking: this.#thinking,
      ...(this.#response_model !== undefined && { response_model: this.#response_model }),
      ...(this.#gateway && { gateway: this.#gateway }),
      finish_reason: mapDoneReason(last.done_reason),
      usage: mapUsage(last),
      server_timings: mapTimings(last),
      wire: {
        ...(this.#first_content_ms !== undefined && { first_content_ms: this.#first_content_ms }),
        ...(this.#first_thinking_ms !== undefined && { first_thinking_ms: this.#first_thinking_ms }),
        chunk_ms: this.#chunk_ms,
        total_ms: performance.now() - this.#sentAt,
      },
    }
  }

  #countRepeats(piece: string): void {
    this.#repeats = piece === this.#piece ? this.#repeats + 1 : 0
    this.#piece = piece
  }

  #parse(text: string): ChatLine {
    let line: unknown
    try {
      line = JSON.parse(text)
    } catch (cause) {
      throw this.#notItsProtocol('a line of its answer is not JSON', cause)
    }
    if (typeof line === 'object' && line !== null) return line
    throw this.#notItsProtocol('a line of its answer is not an object')
  }

  #cut(): StreamCut {
    const repeated = this.#repeats >= repeatLimit
    return new StreamCut(
      `${this.#place.server} at ${this.#place.endpoint} ended its answer without its end mark (done: true), ` +
        `after ${this.#text.length} characters. ` +
        (repeated
          ? `It does so when a model repeats itself: the last ${this.#repeats + 1} pieces were ${JSON.stringify(this.#piece)}`
          : 'What came may be cut short, so it is not taken for an answer'),
      {
        ...this.#place,
        received_characters: this.#text.length,
        ...(repeated && { repeated_pieces: this.#repeats + 1 }),
      },
    )
  }

  #notItsProtocol(what: string, cause?: unknown): UnexpectedResponse {
    return new UnexpectedResponse(
      `${this.#place.server} at ${this.#place.endpoint} does not speak Ollama's streamed chat: ${what}`,
      { ...this.#place },
      { cause },
    )
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
