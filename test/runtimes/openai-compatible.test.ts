import { expect, it } from 'vitest'
import { createOpenaiCompatibleRuntime } from '../../src/runtimes/openai-compatible.ts'
import { close, serve } from './loopback-server.ts'

const call = { deadline_ms: 5_000 }

/** /v1/models of llama-server v0.4.0 and of vLLM (its documentation), cut to one entry each. */
const models = {
  object: 'list',
  data: [
    {
      id: 'smollm2:135m',
      object: 'model',
      owned_by: 'llamacpp',
      meta: {
        vocab_type: 2,
        n_vocab: 49152,
        n_ctx: 4096,
        n_ctx_train: 8192,
        n_embd: 576,
        n_params: 134515008,
        size: 96576768,
      },
    },
    { id: 'served-name', object: 'model', owned_by: 'vllm', root: '/models/x', max_model_len: 2048, permission: [] },
    { id: 'gpt-x', object: 'model', owned_by: 'openai', created: 1 },
  ],
}
const modelServer = () =>
  serve((request, response) => {
    if (request.url !== '/v1/models') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(models))
  })

it('describes a model with what /models says and nothing else', async () => {
  const runtime = createOpenaiCompatibleRuntime(await modelServer())
  expect(await runtime.health(call)).toEqual({ state: 'ready' })
  expect(await runtime.list(call)).toEqual([
    {
      tag: 'smollm2:135m',
      parameters: '134515008',
      context_trained: 8192,
      context_in_force: 4096,
      size_bytes: 96576768,
    },
    { tag: 'served-name', context_in_force: 2048 },
    { tag: 'gpt-x' },
  ])
  expect(await runtime.describe('smollm2:135m', call)).toEqual({
    tag: 'smollm2:135m',
    parameters: '134515008',
    context_trained: 8192,
    context_in_force: 4096,
  })
  expect(await runtime.describe('served-name', call)).toEqual({ tag: 'served-name', context_in_force: 2048 })
  expect(await runtime.describe('gpt-x', call)).toEqual({ tag: 'gpt-x' })
})

it('names the models that are there when it is asked for one that is not', async () => {
  const runtime = createOpenaiCompatibleRuntime(await modelServer())
  await expect(runtime.describe('nope', call)).rejects.toMatchObject({
    code: 'model-missing',
    message: expect.stringContaining('It lists 3: smollm2:135m, served-name, gpt-x'),
  })
})

it('sends nothing to load or unload', async () => {
  let requests = 0
  const { endpoint } = await serve((_, response) => {
    requests += 1
    response.end()
  })
  const runtime = createOpenaiCompatibleRuntime({ endpoint })
  expect(await runtime.load({ tag: 'm' }, call)).toEqual({ loaded_now: false, total_ms: 0 })
  await runtime.unload('m', call)
  expect(requests).toBe(0)
})

it('says so when something else than a model server answers', async () => {
  const { endpoint } = await serve((_, response) => response.end('<html>hello</html>'))
  const runtime = createOpenaiCompatibleRuntime({ endpoint: `${endpoint}/` })
  await expect(runtime.health(call)).rejects.toMatchObject({
    code: 'unexpected-response',
    message: expect.stringContaining(`${endpoint}/models did not answer with JSON`),
  })
})

it('never shows credentials that stand in the endpoint', async () => {
  const { endpoint, server } = await serve(() => undefined)
  close(server)
  const runtime = createOpenaiCompatibleRuntime({ endpoint: endpoint.replace('//', '//user:password@') })
  const failure = await runtime.health(call).catch((error: Error) => error)
  expect(failure).toMatchObject({ code: 'unreachable', facts: { endpoint } })
  expect(String(failure)).not.toContain('password')
})
