import type { CapabilityOutcome } from '../evidence/capability-schema.ts'
import { type RuntimeFailure, UnexpectedResponse } from '../runtimes/failures.ts'
import type { RawAnswer } from '../runtimes/raw-exchange.ts'
import { readErrorObject } from '../runtimes/request-json.ts'
import { failureFromStreamedError } from '../runtimes/status-failure.ts'

/** An answer of any of the known endpoints, streamed or not. */
export interface ReadAnswer {
  readonly content: string
  readonly thinking: string
  readonly finish_reason?: string
  readonly usage: { readonly prompt_tokens?: number; readonly output_tokens?: number }
  /** Pieces with text. */
  readonly chunks: number
  /** Reads from the network that ended a piece with text. */
  readonly arrivals: number
}

/** A part of an answer, as far as servers fill it in: Ollama's and llama-server's own API, OpenAI's (completions too). */
interface Part {
  readonly message?: Message | null
  readonly response?: string
  readonly thinking?: string
  readonly content?: string
  readonly choices?: readonly {
    readonly delta?: Message | null
    readonly message?: Message | null
    readonly text?: string | null
    readonly finish_reason?: string | null
  }[]
  readonly done_reason?: string
  readonly stop_type?: string
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null
  readonly prompt_eval_count?: number
  readonly eval_count?: number
  readonly tokens_evaluated?: number
  readonly tokens_predicted?: number
  readonly stop?: boolean
}
interface Message {
  readonly content?: string | null
  readonly thinking?: string | null
  readonly reasoning_content?: string | null
  readonly reasoning?: string | null
}

/**
 * What an answer says, whatever endpoint it is of. Pure. @throws RuntimeFailure where it holds an error, or is none of
 * the known kinds
 */
export function readAnswer(answer: RawAnswer, place: { server: string; endpoint: string }): ReadAnswer {
  const texts = { content: '', thinking: '' }
  const withText = new Set<number>()
  let chunks = 0
  let finish_reason: string | undefined
  let prompt_tokens: number | undefined
  let output_tokens: number | undefined
  for (const { part, read } of partsOf(answer, place)) {
    const { content, thinking } = textOf(part)
    if (content || thinking) {
      chunks += 1
      withText.add(read)
    }
    texts.content += content
    texts.thinking += thinking
    // llama-server says "none" while it goes on.
    const stopped = part.stop_type === 'none' ? undefined : part.stop_type
    finish_reason = part.choices?.[0]?.finish_reason ?? part.done_reason ?? stopped ?? finish_reason
    const own = part.stop === true ? part : undefined
    prompt_tokens = part.usage?.prompt_tokens ?? part.prompt_eval_count ?? own?.tokens_evaluated ?? prompt_tokens
    output_tokens = part.usage?.completion_tokens ?? part.eval_count ?? own?.tokens_predicted ?? output_tokens
  }
  return {
    ...texts,
    ...(finish_reason !== undefined && { finish_reason }),
    usage: {
      ...(prompt_tokens !== undefined && { prompt_tokens }),
      ...(output_tokens !== undefined && { output_tokens }),
    },
    chunks,
    arrivals: withText.size,
  }
}

function textOf(part: Part): { content: string; thinking: string } {
  const [choice] = part.choices ?? []
  const message = choice?.delta ?? choice?.message ?? part.message
  return {
    content: message?.content ?? choice?.text ?? part.response ?? part.content ?? '',
    thinking: message?.thinking ?? message?.reasoning_content ?? message?.reasoning ?? part.thinking ?? '',
  }
}

/** JSON parts and the number of the read that ended each: one for a plain answer, one a line for a stream. */
function partsOf(answer: RawAnswer, place: { server: string; endpoint: string }): { part: Part; read: number }[] {
  const whole = answer.reads.map(({ text }) => text).join('')
  const single = parseObject(whole)
  if (single) return [{ part: refuseError(single, place), read: answer.reads.length - 1 }]
  const ends = endsOf(answer)
  let end = 0
  return whole.split('\n').flatMap((line) => {
    end += line.length + 1
    const json = line.replace(/^data: ?/, '').trim()
    if (json === '' || json === '[DONE]' || /^(?::|event:|id:|retry:)/.test(json)) return []
    const part = parseObject(json)
    if (!part) {
      throw new UnexpectedResponse(
        `${place.server} at ${place.endpoint} answered neither JSON nor lines of it (${answer.content_type || 'no content type'})`,
        { ...place },
      )
    }
    const last = end - 1
    return [{ part: refuseError(part, place), read: ends.findIndex((each) => last <= each) }]
  })
}

/** How many characters had come with each read. */
function endsOf({ reads }: RawAnswer): number[] {
  let sum = 0
  return reads.map(({ text }) => {
    sum += text.length
    return sum
  })
}

function refuseError(part: Part & { readonly error?: unknown }, place: { server: string; endpoint: string }): Part {
  if (part.error === undefined || part.error === null) return part
  throw failureFromStreamedError(readErrorObject(part), place) satisfies RuntimeFailure
}

function parseObject(text: string): Part | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

const lengthReasons = new Set(['length', 'limit'])

/** The content as JSON. An answer that was cut is held against what a free one to a greeting never begins with. Pure. */
export function jsonOf({ content, finish_reason }: Pick<ReadAnswer, 'content' | 'finish_reason'>): Answered['json'] {
  const text = content.trim()
  if (text === '') return 'empty'
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? 'object' : 'other'
  } catch {
    const cut = finish_reason === undefined || lengthReasons.has(finish_reason)
    return cut && /^(?:\{\s*(?:"|$)|\[\s*(?:["[{]|$))/.test(text) ? 'begun' : 'not-json'
  }
}
type Answered = Extract<CapabilityOutcome, { state: 'answered' }>

/** Marks of thinking that templates write: Qwen, DeepSeek and others; gpt-oss; Mistral; Gemma. Pure. */
export function bearsThinking(content: string): boolean {
  return /<\/?think(?:ing)?>|<\|channel\|?>|\[\/?THINK\]|<\/?reasoning>/i.test(content)
}
