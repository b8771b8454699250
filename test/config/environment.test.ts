import { describe, expect, test } from 'vitest'
import { variablesInUse, withEnvironment } from '../../src/config/environment.ts'
import { ollamaUrl } from '../../src/config/ollama-host.ts'
import { parseConfig } from '../../src/config/parse.ts'

function config(runtime: string) {
  return parseConfig(
    `version: 1
runtimes: { box: { ${runtime} } }
lanes: { one: { runtime: box, model: m, required_identity: echo } }
workloads: { task: { title: Task, dataset: data, lanes: [one], privacy: public } }`,
    'bench.config.yaml',
  )
}

describe('OLLAMA_HOST is read as Ollama reads it', () => {
  test.each([
    ['', undefined],
    ['127.0.0.1', 'http://127.0.0.1:11434'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    [':5678', 'http://127.0.0.1:5678'],
    ['box', 'http://box:11434'],
    ['box:56789', 'http://box:56789'],
    [' "box" ', 'http://box:11434'],
    ['http://box', 'http://box:80'],
    ['https://box', 'https://box:443'],
    ['https://box:8443/ollama/', 'https://box:8443/ollama'],
    ['[::1]', 'http://[::1]:11434'],
    ['::1', 'http://[::1]:11434'],
    ['[::]:4000', 'http://127.0.0.1:4000'],
    ['box:notaport', 'http://box:11434'],
    ['box:70000', 'http://box:11434'],
    ['ollama.com', 'https://ollama.com:443'],
  ])('%j is %j', (value, url) => {
    expect(ollamaUrl(value)).toBe(url)
  })
})

describe('what the environment gives', () => {
  test('OLLAMA_HOST is the endpoint of an Ollama runtime without one, and changes none that the file names', () => {
    const environment = { OLLAMA_HOST: '127.0.0.1:5000' }
    expect(withEnvironment(config('kind: ollama'), environment).runtimes.box).toMatchObject({
      endpoint: 'http://127.0.0.1:5000',
    })
    expect(
      withEnvironment(config("kind: ollama, endpoint: 'http://127.0.0.1:6000'"), environment).runtimes.box,
    ).toMatchObject({ endpoint: 'http://127.0.0.1:6000' })
  })

  test('OPENAI_API_KEY goes with OPENAI_BASE_URL, and to no endpoint that the file names', () => {
    const environment = { OPENAI_BASE_URL: 'https://gateway.example/v1', OPENAI_API_KEY: 'secret' }
    expect(withEnvironment(config('kind: openai-compatible, location: cloud'), environment).runtimes.box).toMatchObject(
      {
        endpoint: 'https://gateway.example/v1',
        api_key_env: 'OPENAI_API_KEY',
      },
    )
    const named = "kind: openai-compatible, location: cloud, endpoint: 'https://other.example/v1'"
    expect(withEnvironment(config(named), environment).runtimes.box).not.toHaveProperty('api_key_env')
  })

  test('credentials in OPENAI_BASE_URL are left out, and what is no URL is refused without being shown', () => {
    const cloud = config('kind: openai-compatible, location: cloud')
    expect(
      withEnvironment(cloud, { OPENAI_BASE_URL: 'https://me:s3cret@gateway.example/v1/?key=s3cret' }).runtimes.box,
    ).toMatchObject({ endpoint: 'https://gateway.example/v1' })
    expect(() => withEnvironment(cloud, { OPENAI_BASE_URL: 's3cret' })).toThrow(
      'OPENAI_BASE_URL  this variable holds no http or https URL, such as http://127.0.0.1:8000/v1; correct it, or unset it',
    )
  })

  test('what the file may say of this machine is refused where OLLAMA_HOST names another', () => {
    const pinned = parseConfig(
      `version: 1
runtimes: { box: { kind: ollama } }
lanes: { one: { runtime: box, model: m, required_identity: weights } }
workloads: { task: { title: Task, dataset: data, lanes: [one] } }`,
      'bench.config.yaml',
    )
    expect(() => withEnvironment(pinned, {})).not.toThrow()
    expect(() => withEnvironment(pinned, { OLLAMA_HOST: '10.0.0.9' })).toThrow(
      'lanes.one.required_identity: weights cannot be reached here: an ollama runtime on another host proves declared-twice at most',
    )
    expect(() => withEnvironment(config('kind: ollama'), { OLLAMA_HOST: '8.8.8.8' })).toThrow(
      'runtimes.box.endpoint: 8.8.8.8 is a public address',
    )
  })

  test('without variables a runtime is where it usually listens', () => {
    expect(withEnvironment(config('kind: vllm'), {}).runtimes.box).toMatchObject({ endpoint: 'http://127.0.0.1:8000' })
    expect(withEnvironment(config('kind: openai-compatible, location: cloud'), {}).runtimes.box).toMatchObject({
      endpoint: 'https://api.openai.com/v1',
    })
  })

  test('the variables in use are named, never shown', () => {
    const environment = { MY_KEY: 'k', LOCAL_MODEL_TAG: 'phi4-mini', PATH: '/bin' }
    const names = variablesInUse(
      config("kind: openai-compatible, location: cloud, endpoint: 'https://other.example/v1', api_key_env: MY_KEY"),
      environment,
    )
    expect(names).toEqual(['MY_KEY', 'LOCAL_MODEL_TAG'])
  })
})

describe('what a run is for', () => {
  test('is the config, a memo where it says nothing, and BENCH_MEMO_RUN before both', () => {
    const plain = config('kind: ollama')
    expect(withEnvironment(plain, {}).run).toBe('memo')
    expect(withEnvironment({ ...plain, run: 'gate' }, { BENCH_MEMO_RUN: '' }).run).toBe('gate')
    expect(withEnvironment({ ...plain, run: 'gate' }, { BENCH_MEMO_RUN: 'memo' }).run).toBe('memo')
    expect(() => withEnvironment(plain, { BENCH_MEMO_RUN: 'Gate' })).toThrow('BENCH_MEMO_RUN')
  })
})
