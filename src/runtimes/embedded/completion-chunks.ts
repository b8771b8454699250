import { randomUUID } from 'node:crypto'
import type { Generation, Piece } from './generate.ts'

/** Builds OpenAI's chat completion objects for one answer, with `timings` as llama-server gives them. */
export class CompletionChunks {
  readonly #id = `chatcmpl-${randomUUID()}`
  readonly #created = Math.floor(Date.now() / 1000)
  readonly #model: string

  constructor(model: string) {
    this.#model = model
  }

  /** The first chunk, which only names the role. */
  start(): object {
    return this.#chunk({ role: 'assistant', content: '' }, null)
  }

  piece({ kind, text }: Piece): object {
    return this.#chunk(kind === 'content' ? { content: text } : { reasoning_content: text }, null)
  }

  /** The last two chunks: the reason of the end, then usage and timings. */
  end(generation: Generation): readonly object[] {
    const { usage, timings } = mapCounts(generation)
    return [
      this.#chunk({}, generation.finish_reason),
      { ...this.#head('chat.completion.chunk'), choices: [], usage, timings },
    ]
  }

  /** The one object of an answer that is not streamed. */
  whole(pieces: readonly Piece[], generation: Generation): object {
    const text = (kind: Piece['kind']) =>
      pieces
        .filter((piece) => piece.kind === kind)
        .map((piece) => piece.text)
        .join('')
    const thinking = text('thinking')
    return {
      ...this.#head('chat.completion'),
      choices: [
        {
          index: 0,
          finish_reason: generation.finish_reason,
          message: { role: 'assistant', content: text('content'), ...(thinking && { reasoning_content: thinking }) },
        },
      ],
      ...mapCounts(generation),
    }
  }

  #head(object: string) {
    return { id: this.#id, object, created: this.#created, model: this.#model }
  }

  #chunk(delta: object, finish_reason: string | null): object {
    return { ...this.#head('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason }] }
  }
}

/** `usage.prompt_tokens` counts cached tokens, `timings.prompt_n` does not: both as llama-server has them. */
function mapCounts(generation: Generation) {
  const { prompt_tokens, cached_tokens, output_tokens, prompt_ms, generation_ms } = generation
  return {
    usage: {
      prompt_tokens,
      completion_tokens: output_tokens,
      total_tokens: prompt_tokens + output_tokens,
      prompt_tokens_details: { cached_tokens },
    },
    timings: {
      cache_n: cached_tokens,
      prompt_n: prompt_tokens - cached_tokens,
      prompt_ms,
      predicted_n: output_tokens,
      predicted_ms: generation_ms,
    },
  }
}
