import type { z } from 'zod'
import { type CallPlace, callWithin } from './call-within.ts'
import { RuntimeFailure, UnexpectedResponse } from './failures.ts'
import type { CallOptions } from './runtime.ts'
import { type ErrorObject, failureFromStatus } from './status-failure.ts'
import { failureFromTransport, isAlive } from './transport-failure.ts'

/** A server that speaks JSON over HTTP. */
export interface JsonServer extends CallPlace {
  readonly apiKey?: string
  readonly fetch?: typeof globalThis.fetch
}

/**
 * Sends one request and checks the JSON answer, which is not to be changed: the same text from the same place
 * gives the same object. `path` is added to the endpoint. Redirects are not followed.
 * Rejects with one of the classes in failures.ts.
 */
export async function requestJson<Schema extends z.ZodType>(
  server: JsonServer,
  path: string,
  schema: Schema,
  options: CallOptions & { readonly body?: object },
): Promise<z.output<Schema>> {
  return parse(await requestText(server, path, options), schema, placeOf(server), `${server.endpoint}${path}`)
}

/** Sends one request and gives the text of its answer, which some servers leave empty. Rejects as requestJson does. */
export async function requestText(
  server: JsonServer,
  path: string,
  options: CallOptions & { readonly body?: object },
): Promise<string> {
  const { endpoint, apiKey, fetch = globalThis.fetch } = server
  const place = placeOf(server)
  return await callWithin(
    place,
    options,
    async (signal) => {
      const response = await fetch(`${endpoint}${path}`, {
        method: options.body ? 'POST' : 'GET',
        redirect: 'manual',
        signal,
        headers: {
          accept: 'application/json',
          ...(options.body && { 'content-type': 'application/json' }),
          ...(apiKey && { authorization: `Bearer ${apiKey}` }),
        },
        ...(options.body && { body: JSON.stringify(options.body) }),
      })
      const text = await response.text()
      if (!response.ok) throw failureFromStatus(response.status, readErrorObject(text, apiKey), place)
      return text
    },
    async (error) => {
      if (error instanceof RuntimeFailure) return error
      return failureFromTransport(error, place, await isAlive(endpoint, fetch))
    },
  )
}

function placeOf({ server, endpoint, tag }: JsonServer): CallPlace {
  return { server, endpoint, ...(tag !== undefined && { tag }) }
}

/** By URL, the last text and what it was read as: a server mostly says the same again. */
const lastRead = new Map<string, { readonly schema: z.ZodType; readonly text: string; readonly data: unknown }>()

function parse<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  place: CallPlace,
  url: string,
): z.output<Schema> {
  const last = lastRead.get(url)
  if (last?.schema === schema && last.text === text) return last.data as z.output<Schema>
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new UnexpectedResponse(
      `${url} did not answer with JSON. Is this really ${place.server}?`,
      { ...place },
      { cause },
    )
  }
  const parsed = schema.safeParse(content)
  if (parsed.success) {
    lastRead.set(url, { schema, text, data: parsed.data })
    return parsed.data
  }
  const issue = parsed.error.issues[0]
  throw new UnexpectedResponse(
    `${url} answered something else than expected: ${issue?.path.join('.') || 'the answer'}: ${issue?.message}`,
    { ...place },
  )
}

/** The error object in an answer's body, or the text itself. The key is taken out: servers like to quote it. */
export function readErrorObject(body: unknown, apiKey?: string): ErrorObject {
  const hide = (text: string) => (apiKey ? text.replaceAll(apiKey, '[key]') : text)
  const content = typeof body === 'string' ? parseOr(body) : body
  const error = isRecord(content) && 'error' in content ? content.error : content
  if (typeof error === 'string') return { message: hide(error.trim()) }
  if (!isRecord(error)) return {}
  return {
    ...(typeof error.message === 'string' && { message: hide(error.message) }),
    ...(typeof error.type === 'string' && { type: error.type }),
    ...((typeof error.code === 'string' || typeof error.code === 'number') && { code: error.code }),
    ...(typeof error.n_prompt_tokens === 'number' && { n_prompt_tokens: error.n_prompt_tokens }),
    ...(typeof error.n_ctx === 'number' && { n_ctx: error.n_ctx }),
  }
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
