import type { Fault, TappedRequest } from '../identity/wire-tap.ts'

const json = { 'content-type': 'application/json' }

/**
 * A whole answer in the place of a server, in the dialect and form (streamed or not) in which it was asked; undefined
 * for what asks no model. `/api/…` is Ollama's dialect, all else OpenAI's. Pure.
 */
export function cannedAnswer(
  { path, asks_model, requested_model, options }: TappedRequest,
  model: string,
  text: string,
): Fault | undefined {
  const answer = (body: string, headers: Readonly<Record<string, string>>): Fault => ({
    name: 'status',
    status: 200,
    body,
    headers,
  })
  if (!asks_model)
    return answer(
      JSON.stringify({ object: 'list', data: [{ id: model, object: 'model' }], models: [{ name: model }] }),
      json,
    )
  const named = requested_model ?? model
  if (path.startsWith('/api/')) {
    const written = path.startsWith('/api/generate')
      ? { response: text }
      : { message: { role: 'assistant', content: text } }
    const created_at = new Date(0).toISOString()
    return answer(`${JSON.stringify({ model: named, created_at, ...written, done: true, done_reason: 'stop' })}\n`, {
      'content-type': 'application/x-ndjson',
    })
  }
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  const common = { id: 'chatcmpl-1', created: 0, model: named }
  if (options.stream !== true) {
    const message = { role: 'assistant', content: text }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    return answer(JSON.stringify({ ...common, object: 'chat.completion', choices, usage }), json)
  }
  const chunk = (delta: object, finish_reason: 'stop' | null) =>
    `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
  return answer(`${chunk({ role: 'assistant', content: text }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`, {
    'content-type': 'text/event-stream',
  })
}
