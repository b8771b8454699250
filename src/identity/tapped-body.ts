import { createHash } from 'node:crypto'
import type { TappedRequest } from './tapped-exchange.ts'

/** Whose way of asking a model a path stands for. */
export type Dialect = 'ollama' | 'openai'

/** The dialect of a request that asks a model for text; undefined for all others. Pure. */
export function dialectOf(method: string, path: string): Dialect | undefined {
  if (method !== 'POST') return undefined
  const name = decoded(path.split('?')[0] ?? '')
  if (/\/api\/(chat|generate)$/.test(name)) return 'ollama'
  return /\/(chat\/)?completions$/.test(name) ? 'openai' : undefined
}

/** Paths of questions about models and tokens: a name in their bodies asks no model. */
const quiet =
  /\/(?:api\/(?:push|create|copy|delete|blobs\/.*)|tokenize|detokenize|apply-template|count_tokens|load|unload)$/

/** Whether a request asks for the vector of a text, which no answer of a model is. Pure. */
export function asksForVectors(path: string): boolean {
  return /\/(?:api\/embed|embeddings?|rerank(?:ing)?)$/.test(decoded(path.split('?')[0] ?? ''))
}

/**
 * Whether a request may ask a model for text. `always`: its path says so, in whatever dialect. `if-named`: an unknown
 * path, so it does where its body names a model. `about`: its body names a model to be described. Pure.
 */
export function asksModel(method: string, path: string): 'always' | 'if-named' | 'about' | 'never' {
  if (method !== 'POST') return 'never'
  if (dialectOf(method, path)) return 'always'
  const name = decoded(path.split('?')[0] ?? '')
  if (/\/(?:responses|messages|completion|infill)$/.test(name)) return 'always'
  if (/\/api\/(?:show|pull)$/.test(name)) return 'about'
  return quiet.test(name) || asksForVectors(path) ? 'never' : 'if-named'
}

/** Servers decode a path before they look at it. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

export type BodyFacts = Pick<TappedRequest, 'requested_model' | 'options' | 'prompt_sha256'>

/** The model that a question is about; Ollama takes `name` where `model` is absent or empty. Pure. */
export function readSubject(body: Buffer): string | undefined {
  const { model, name } = parseObject(body.toString('utf8')) ?? {}
  return [model, name].find((each) => typeof each === 'string' && each !== '') as string | undefined
}

/** Strings may hold anything, so only those that are known to steer are kept. */
const steering = new Set(['keep_alive', 'think', 'reasoning_effort', 'reasoning_format', 'service_tier', 'tool_choice'])

/** What the body of a request asks for. A body that is no JSON object tells nothing. Pure. */
export function readBody(dialect: Dialect, body: Buffer): BodyFacts {
  const asked = parseObject(body.toString('utf8'))
  if (!asked) return { options: {} }
  const requested_model = modelIn(asked)
  const prompt = typeof asked.prompt === 'string' ? asked.prompt : writtenAsJson(asked.messages ?? asked.prompt)
  // Ollama reads sampling options in `options` only; OpenAI's dialect knows no such field.
  const nested = dialect === 'ollama' && isObject(asked.options) ? scalars(asked.options) : {}
  return {
    ...(requested_model !== undefined && { requested_model }),
    options: { ...nested, ...scalars(asked), ...shapeOf(asked) },
    ...(prompt !== undefined && { prompt_sha256: createHash('sha256').update(prompt).digest('hex') }),
  }
}

/** Undefined for what is nested too deeply to be written, though it could be read. */
function writtenAsJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** A Go server takes `Model` for `model`, others do not: where both differ nobody can say what was asked for. */
function modelIn(asked: Record<string, unknown>): string | undefined {
  const names = Object.keys(asked).filter((key) => key.toLowerCase() === 'model')
  const models = new Set(names.map((name) => asked[name]))
  const [model] = models
  return models.size === 1 && typeof model === 'string' ? model : undefined
}

function scalars(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) =>
        typeof value === 'number' ||
        typeof value === 'boolean' ||
        (typeof value === 'string' && steering.has(name) && value.length <= 100),
    ),
  )
}

/** The kind of answer that was asked for: `json` or `schema`, or OpenAI's type. */
function shapeOf({ format, response_format }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(typeof format === 'string' && format !== '' && { format: format.slice(0, 100) }),
    ...(isObject(format) && { format: 'schema' }),
    ...(isObject(response_format) &&
      typeof response_format.type === 'string' && { response_format: response_format.type.slice(0, 100) }),
  }
}

/** The object that a JSON text holds; undefined for everything else. Pure. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a value is a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
