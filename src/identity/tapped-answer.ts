import { isObject, parseObject } from './tapped-body.ts'
import type { TappedExchange } from './tapped-exchange.ts'

/** How an answer is written: a JSON document a line, server-sent events, or one JSON document. */
export type AnswerFormat = 'ndjson' | 'events' | 'json'

/** By the content type of the answer, as it came. Pure. */
export function answerFormat(contentType: string | undefined): AnswerFormat {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  if (type === 'text/event-stream') return 'events'
  return type === 'application/x-ndjson' || type === 'application/jsonl' ? 'ndjson' : 'json'
}

export interface AnswerFacts extends Pick<TappedExchange, 'response_model' | 'finish' | 'usage'> {
  /**
   * `marked`: the end mark was there (`done: true`, `[DONE]`, a whole JSON document). `error`: the answer holds an error
   * or what is no JSON. `unmarked`: it stopped without. `unreadable`: too long to keep, so nothing is said.
   */
  readonly end: 'marked' | 'error' | 'unmarked' | 'unreadable'
}

export interface AnswerReader {
  read(chunk: Uint8Array): void
  /** What was seen so far; `complete` says that nothing more comes. */
  facts(complete: boolean): AnswerFacts
}

/** Characters of a line, or of a whole document, that are kept to be parsed. */
const kept = 1 << 20

/** Reads an answer as it passes by, in whatever pieces. Keeps one line at most. Pure but for what it remembers. */
export function answerReader(format: AnswerFormat): AnswerReader {
  const decoder = new TextDecoder()
  const models = new Set<string>()
  let finish: string | undefined
  let usage: TappedExchange['usage'] = {}
  let marked = false
  let failed = false
  let tooLong = false
  let rest = ''

  function see(text: string): void {
    const document = parseObject(text)
    if (!document || (document.error !== undefined && document.error !== null)) {
      failed = true
      return
    }
    if (typeof document.model === 'string' && document.model !== '') models.add(document.model)
    finish = finishIn(document) ?? finish
    usage = { ...usage, ...usageIn(document) }
    // An answer in OpenAI's stream ends with its own mark; all others say it in the document.
    marked ||= format === 'json' ? document.done !== false : format === 'ndjson' && document.done === true
  }

  function seeLine(line: string): void {
    if (format === 'ndjson') {
      if (line.trim() !== '') see(line)
      return
    }
    const [, field, value = ''] = /^(data|error): ?(.*?)\s*$/.exec(line) ?? []
    if (field === 'error') failed = true
    else if (value === '[DONE]') marked = true
    else if (value !== '') see(value)
  }

  function take(text: string): void {
    const lines = format === 'json' ? [text] : text.split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop() ?? ''
    for (const line of lines) seeLine(line)
    if (rest.length > kept) {
      tooLong = true
      rest = ''
    }
  }

  return {
    read(chunk) {
      if (!tooLong) take(decoder.decode(chunk, { stream: true }))
    },
    facts(complete) {
      if (complete && !tooLong && rest.trim() !== '') {
        if (format === 'json') see(rest)
        else seeLine(rest)
        rest = ''
      }
      return {
        ...(models.size > 0 && { response_model: [...models].join(', ') }),
        ...(finish !== undefined && { finish }),
        usage,
        end: failed ? 'error' : marked ? 'marked' : tooLong ? 'unreadable' : 'unmarked',
      }
    },
  }
}

function finishIn({ done_reason, choices }: Record<string, unknown>): string | undefined {
  const first = Array.isArray(choices) ? choices[0] : undefined
  const reason = done_reason ?? (isObject(first) ? first.finish_reason : undefined)
  return typeof reason === 'string' && reason !== '' ? reason.slice(0, 100) : undefined
}

/** Ollama leaves a count of zero out, so an absent count stays absent. */
function usageIn(document: Record<string, unknown>): TappedExchange['usage'] {
  const usage = isObject(document.usage) ? document.usage : {}
  const prompt_tokens = document.prompt_eval_count ?? usage.prompt_tokens
  const output_tokens = document.eval_count ?? usage.completion_tokens
  return {
    ...(typeof prompt_tokens === 'number' && { prompt_tokens }),
    ...(typeof output_tokens === 'number' && { output_tokens }),
  }
}
