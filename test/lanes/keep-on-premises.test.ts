import { expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { openRuntime, type ServerConfig } from '../../src/lanes/open-runtime.ts'
import { bodyOf, serve } from '../runtimes/loopback-server.ts'

const question = {
  tag: 'mine',
  messages: [{ role: 'user' as const, content: 'a private text' }],
  temperature: 0,
  seed: 1,
  max_output_tokens: 5,
  think: false,
  prefix_cache: false,
}
const call = { deadline_ms: 5_000 }

/** An Ollama that has `mine` served elsewhere, and the chats that it was sent. */
async function daemon(elsewhere: () => boolean) {
  const chats: unknown[] = []
  const remote = { remote_model: 'gpt-oss:120b', remote_host: 'https://ollama.com:443' }
  const { endpoint } = await serve(async (request, response) => {
    const answers: Record<string, object> = {
      '/api/show': { capabilities: ['completion'], ...(elsewhere() && remote) },
      // Another manifest has another digest.
      '/api/tags': { models: [{ name: 'mine:latest', digest: elsewhere() ? 'b' : 'a' }] },
      '/api/ps': { models: [] },
      '/api/version': { version: '0.31.0' },
      '/api/chat': { model: 'mine', message: { content: 'hello' }, done: true, done_reason: 'stop' },
    }
    if (request.url === '/api/chat') chats.push(await bodyOf(request))
    response.end(`${JSON.stringify(answers[request.url ?? ''] ?? {})}\n`)
  })
  const server = (location: 'local' | 'cloud'): ServerConfig => ({
    kind: 'ollama',
    endpoint: endpoint.replace(/\/v1$/, ''),
    location,
  })
  return { chats, server }
}

test('a tag that a local Ollama has served elsewhere is neither loaded nor asked', async () => {
  const { chats, server } = await daemon(() => true)
  const runtime = openRuntime(server('local'))
  await expect(runtime.load({ tag: 'mine' }, call)).rejects.toMatchObject({ code: 'off-premises' })
  await expect(runtime.chat(question, call)).rejects.toMatchObject({
    code: 'off-premises',
    message: expect.stringContaining('gpt-oss:120b at https://ollama.com:443'),
  })
  const raw = { tag: 'mine', path: '/api/chat', body: { model: 'mine', messages: question.messages } }
  await expect(runtime.send(raw, call)).rejects.toMatchObject({ code: 'off-premises' })
  expect(chats).toEqual([])
})

test('a tag that moves away between two answers is asked no more', async () => {
  let moved = false
  const { chats, server } = await daemon(() => moved)
  const runtime = openRuntime(server('local'))
  await runtime.describe('mine', call)
  expect((await runtime.chat(question, call)).text).toBe('hello')
  moved = true
  await runtime.describe('mine', call)
  await expect(runtime.chat(question, call)).rejects.toMatchObject({ code: 'off-premises' })
  expect(chats).toHaveLength(1)
})

test('where the config says cloud it is asked', async () => {
  const { chats, server } = await daemon(() => true)
  expect((await openRuntime(server('cloud')).chat(question, call)).text).toBe('hello')
  expect(chats).toHaveLength(1)
})

test.each(['private', 'public'])('the config refuses such a name on a local lane (%s)', (privacy) => {
  const text = (location: string) => `version: 1
runtimes: { box: { kind: ollama, location: ${location} } }
lanes: { large: { runtime: box, model: 'gpt-oss:120b-cloud' } }
workloads: { task: { title: Task, dataset: a, lanes: [large], privacy: ${privacy} } }`
  expect(() => parseConfig(text('local'), 'c.yaml')).toThrow(/lanes.large.model: Ollama has .* served by its cloud/)
  if (privacy === 'public') expect(() => parseConfig(text('cloud'), 'c.yaml')).not.toThrow()
  else expect(() => parseConfig(text('cloud'), 'c.yaml')).toThrow(/private text never goes there/)
})
