import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { withDiscovered } from '../../src/config/with-discovered.ts'
import { discover } from '../../src/inventory/discover.ts'
import { serve } from '../runtimes/loopback-server.ts'

/** It names the usual endpoints, so that what listens there on the machine of the tests joins nothing. */
const configWith = (runtime = '') =>
  parseConfig(
    `version: 1
discover: true
runtimes: { embedded: { kind: embedded }, s: { kind: llama-server }, l: { kind: lm-studio }, v: { kind: vllm } ${runtime} }
lanes: { tiny: { runtime: embedded, model: smollm2-135m-instruct, only_if_none_discovered: true } }
workloads:
  secret: { title: Secret, dataset: a, lanes: [tiny] }
  open: { title: Open, dataset: b, lanes: [tiny], privacy: public }`,
    'bench.config.yaml',
  )
/** Nothing listens on port 1. */
const nowhere = { OLLAMA_HOST: '127.0.0.1:1' }

/** A server that lists models at /v1/models and knows nothing else. */
async function gateway(...models: string[]) {
  const keys: (string | undefined)[] = []
  const { endpoint } = await serve((request, response) => {
    keys.push(request.headers.authorization)
    response.statusCode = request.url === '/v1/models' ? 200 : 404
    response.end(response.statusCode === 200 ? JSON.stringify({ data: models.map((id) => ({ id })) }) : '{}')
  })
  return { endpoint, keys }
}

test('a server of unknown kind joins no private workload, and that is said', async () => {
  const { endpoint } = await gateway('gpt-large')
  const { found, remarks } = await discover(configWith(), { ...nowhere, OPENAI_BASE_URL: endpoint })
  expect(found).toEqual([{ kind: 'openai-compatible', endpoint, models: ['gpt-large'] }])
  expect(remarks.map(({ what }) => what)).toEqual([
    `${endpoint} speaks OpenAI's API and is of no known kind; it may pass prompts on, so it joined no private workload.`,
  ])
  const { workloads, lanes } = withDiscovered(configWith(), found)
  expect(workloads.secret?.lanes).toEqual(['tiny'])
  expect(workloads.open?.lanes).toEqual(['openai-compatible-gpt-large'])
  expect(Object.keys(lanes)).toEqual(['tiny', 'openai-compatible-gpt-large'])
})

test('credentials in OPENAI_BASE_URL go nowhere and are not written down, nor does its key go out', async () => {
  const { endpoint, keys } = await gateway('m')
  const url = endpoint.replace('//', '//someone:s3cret@')
  const discovery = await discover(configWith(), { ...nowhere, OPENAI_BASE_URL: url, OPENAI_API_KEY: 'k3y' })
  expect(discovery.found).toHaveLength(1)
  expect(JSON.stringify(discovery)).not.toMatch(/s3cret|k3y/)
  expect(keys.filter((key) => key !== undefined)).toEqual([])
})

test('an endpoint of the config joins no second time, however this machine is written', async () => {
  const { endpoint } = await gateway('m')
  const named = `, box: { kind: openai-compatible, location: local, endpoint: '${endpoint.replace('127.0.0.1', 'localhost')}' }`
  expect((await discover(configWith(named), { ...nowhere, OPENAI_BASE_URL: endpoint })).found).toEqual([])
})

test('a model whose name no lane can have is left out and ends nothing', async () => {
  const { endpoint } = await gateway('m', 'x'.repeat(201), '')
  const { found } = await discover(configWith(), { ...nowhere, OPENAI_BASE_URL: endpoint })
  expect(found.map(({ models }) => models)).toEqual([['m']])
})

test('a server that does not answer is asked once, and named', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const begin = performance.now()
  const { remarks } = await discover(configWith(), { ...nowhere, OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` })
  expect(remarks.map(({ what }) => what)).toEqual([
    `Something listens at http://127.0.0.1:${port}, named by OPENAI_BASE_URL, and did not answer within 1 s, so it did not join.`,
  ])
  expect(performance.now() - begin).toBeLessThan(3_000)
})

test('a server that asks for a key is named', async () => {
  const { endpoint } = await serve((_request, response) => response.writeHead(401).end('{}'))
  const { found, remarks } = await discover(configWith(), { ...nowhere, OPENAI_BASE_URL: endpoint })
  expect(found).toEqual([])
  expect(remarks).toEqual([
    {
      what: `The server at ${new URL(endpoint).origin}, named by OPENAI_BASE_URL, asks for a key, so it did not join.`,
      remedy: 'Make it a runtime of the config, with api_key_env.',
    },
  ])
})

test('a host that is not on the premises is never asked', async () => {
  const { found, remarks } = await discover(configWith(), { ...nowhere, OPENAI_BASE_URL: 'https://8.8.8.8/v1' })
  expect(found).toEqual([])
  expect(remarks.map(({ what }) => what)).toEqual([
    'https://8.8.8.8, named by OPENAI_BASE_URL, is not on the premises, so it was not asked.',
  ])
})

test('a variable that holds no URL is named without its value', async () => {
  const { remarks } = await discover(configWith(), { ...nowhere, OPENAI_BASE_URL: 'localhost:9000/v1' })
  expect(remarks.map(({ what }) => what)).toEqual([
    'OPENAI_BASE_URL holds no http or https URL, such as http://127.0.0.1:8000/v1, so nothing was looked for there.',
  ])
})

test('more models than a run can carry are counted, unless LOCAL_MODEL_TAG names one', async () => {
  const names = Array.from({ length: 11 }, (_, index) => `m${String(11 - index).padStart(2, '0')}`)
  const { endpoint } = await gateway(...names)
  const environment = { ...nowhere, OPENAI_BASE_URL: endpoint }
  const { found, remarks } = await discover(configWith(), environment)
  expect(found.flatMap(({ models }) => models)).toEqual(names.toSorted())
  expect(remarks.map(({ what }) => what)).toContain(
    '11 models were found, and each joins as a lane at every workload, which may take very long.',
  )
  const narrowed = await discover(configWith(), { ...environment, LOCAL_MODEL_TAG: 'm03' })
  expect(narrowed.found.flatMap(({ models }) => models)).toEqual(['m03'])
  expect(narrowed.remarks.map(({ what }) => what).join()).not.toContain('11 models')
})

test('an Ollama below a path of its host is found there', async () => {
  const { endpoint } = await serve((request, response) => {
    const answers: Record<string, object> = {
      '/ollama/api/version': { version: '0.31.0' },
      '/ollama/api/tags': { models: [{ name: 'mine:latest' }] },
      '/ollama/api/ps': { models: [] },
    }
    const answer = answers[request.url ?? '']
    response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? {}))
  })
  const OLLAMA_HOST = endpoint.replace(/v1$/, 'ollama/')
  expect((await discover(configWith(), { OLLAMA_HOST })).found).toEqual([
    { kind: 'ollama', endpoint: OLLAMA_HOST.replace(/\/$/, ''), models: ['mine:latest'] },
  ])
})
