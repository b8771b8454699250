import type { ChatHistoryItem } from 'node-llama-cpp'
import { EngineRefusal } from './engine-refusal.ts'
import type { LoadedModel } from './loaded-model.ts'
import type { CompletionBody } from './protocol.ts'
import { grammarForSchema } from './schema-grammar.ts'

export interface Piece {
  readonly kind: 'content' | 'thinking'
  readonly text: string
}

/** What one generation took, counted and timed where it happens. */
export interface Generation {
  readonly finish_reason: 'stop' | 'length'
  /** All tokens of the prompt. */
  readonly prompt_tokens: number
  /** Of these, tokens whose evaluation was reused. */
  readonly cached_tokens: number
  /** Tokens sampled, the end mark included, as llama-server counts them. */
  readonly output_tokens: number
  /** From the start of evaluation to the first sampled token. */
  readonly prompt_ms: number
  /** From the first sampled token to the end. */
  readonly generation_ms: number
}

export interface GenerateOptions {
  readonly signal: AbortSignal
  /** Called once, when the request is known to be servable and before anything is evaluated. */
  readonly onAccepted: () => void
  readonly onPiece: (piece: Piece) => void
}

/**
 * Answers one chat request on a loaded model. Rejects with an EngineRefusal before onAccepted where the prompt does
 * not fit or the schema is unsupported, and with the signal's reason when aborted.
 */
export async function generate(
  loaded: LoadedModel,
  body: CompletionBody,
  options: GenerateOptions,
): Promise<Generation> {
  const { llama, model, context, chat } = loaded
  const history = toHistory(body)
  const prompt = chat.chatWrapper.generateContextState({ chatHistory: history }).contextText.tokenize(model.tokenizer)
  const room = context.contextSize - prompt.length
  // One cell of the context stays free, or node-llama-cpp would shift.
  if (room < 2) throw contextExceeded(prompt.length, context.contextSize)
  const format = body.response_format
  const grammar = format?.type === 'json_schema' ? await grammarForSchema(llama, format.json_schema.schema) : undefined
  options.signal.throwIfAborted()
  options.onAccepted()

  const started = performance.now()
  const cached_tokens = await loaded.prompts.evaluate(prompt, body.cache_prompt, options.signal)
  let output_tokens = 0
  let firstSample: number | undefined
  const answer = await chat.generateResponse(history, {
    ...(grammar && { grammar }),
    temperature: body.temperature,
    seed: body.seed,
    // Ends at the context's end at the latest: the answer is cut there, and says `length`.
    maxTokens: Math.min(body.max_tokens ?? room, room),
    // node-llama-cpp would punish repetition by default, which nobody asked for and no other runtime here does.
    repeatPenalty: false,
    budgets: { thoughtTokens: body.think ? Number.POSITIVE_INFINITY : 0 },
    contextShift: { strategy: refuseShift },
    signal: options.signal,
    // Asked for at every sampling, so the one place that sees each token when it is made.
    tokenBias: () => {
      output_tokens += 1
      firstSample ??= performance.now()
      return loaded.noBias
    },
    onResponseChunk: (chunk) => {
      if (chunk.text) options.onPiece({ kind: chunk.type === 'segment' ? 'thinking' : 'content', text: chunk.text })
    },
  })
  const ended = performance.now()
  return {
    finish_reason: answer.metadata.stopReason === 'maxTokens' ? 'length' : 'stop',
    prompt_tokens: prompt.length,
    cached_tokens,
    output_tokens,
    prompt_ms: (firstSample ?? ended) - started,
    generation_ms: ended - (firstSample ?? ended),
  }
}

function toHistory(body: CompletionBody): ChatHistoryItem[] {
  const history = body.messages.map(
    ({ role, content }): ChatHistoryItem =>
      role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content },
  )
  if (body.messages.at(-1)?.role === 'assistant') {
    throw new EngineRefusal(400, 'invalid_request_error', 'the last message must not be from the assistant')
  }
  return [...history, { type: 'model', response: [] }]
}

/** The error that llama-server gives, field by field. */
function contextExceeded(n_prompt_tokens: number, n_ctx: number): EngineRefusal {
  return new EngineRefusal(
    400,
    'exceed_context_size_error',
    `the request (${n_prompt_tokens} tokens) exceeds the available context size (${n_ctx} tokens), try increasing it`,
    { n_prompt_tokens, n_ctx },
  )
}

function refuseShift(): never {
  throw new Error('the context is full: bench-memo does not drop tokens silently')
}
