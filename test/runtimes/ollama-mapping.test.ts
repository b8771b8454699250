import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCloudTag } from '../../src/config/ollama-cloud-tag.ts'
import { isSameTag, shortTag } from '../../src/config/tag.ts'
import {
  blobSha256,
  mapListedModel,
  mapOllamaDescription,
  weightsFiles,
} from '../../src/runtimes/ollama-description.ts'
import { failureFromOllama, failureFromOllamaLine } from '../../src/runtimes/ollama-failure.ts'
import {
  mapChatRequest,
  mapDoneReason,
  mapKeepAlive,
  mapLoadRequest,
  mapTimings,
  mapUsage,
} from '../../src/runtimes/ollama-mapping.ts'
import { type ChatLine, type ShownModel, showSchema } from '../../src/runtimes/ollama-protocol.ts'
import type { ChatRequest } from '../../src/runtimes/runtime.ts'
import { recorded, weightsBlob, weightsSha256 } from './ollama-fixture.ts'

const endpoint = 'http://127.0.0.1:11434'
const request: ChatRequest = {
  tag: 'smollm2:135m',
  messages: [{ role: 'user', content: 'Hello' }],
  temperature: 0,
  seed: 7,
  max_output_tokens: 20,
  context: 1024,
  think: false,
  prefix_cache: true,
  keep_alive: '10m',
}
const lastLine = (file: string) => JSON.parse(recorded(file).trim().split('\n').at(-1) as string) as ChatLine
const shown = (changes: Partial<ShownModel> = {}): ShownModel => ({
  ...showSchema.parse(JSON.parse(recorded('show.json'))),
  ...changes,
})
const running = { name: 'smollm2:135m', digest: 'd'.repeat(64), size: 135, size_vram: 0, context_length: 1024 }

describe('a request', () => {
  it('asks for an error instead of a shortened prompt, and for a context that is not shifted', () => {
    expect(mapChatRequest(request, false)).toEqual({
      model: 'smollm2:135m',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      truncate: false,
      shift: false,
      keep_alive: '10m',
      options: { num_ctx: 1024, temperature: 0, seed: 7, num_predict: 20 },
    })
  })

  it('names the schema and, where the model can think, whether it shall', () => {
    const schema = { type: 'object' }
    expect(mapChatRequest({ ...request, schema }, true)).toMatchObject({ format: schema, think: false })
    expect(mapChatRequest({ ...request, think: true }, true)).toMatchObject({ think: true })
    expect(mapChatRequest({ ...request, think: true }, false)).not.toHaveProperty('think')
  })

  it('leaves context and keep_alive to the server where the lane has none', () => {
    const { context: _context, keep_alive: _keep, ...bare } = request
    const body = mapChatRequest(bare, false)
    expect(body).not.toHaveProperty('keep_alive')
    expect(body.options).not.toHaveProperty('num_ctx')
  })

  it('loads with what decides about the runner in the chat, so that the chat does not load anew', () => {
    fc.assert(
      fc.property(
        fc.record(
          { tag: fc.string(), context: fc.integer({ min: 1 }), keep_alive: fc.constantFrom('5m', '-1', '300') },
          { requiredKeys: ['tag'] },
        ),
        (runner) => {
          const { messages: _one, stream: _two, options: loaded, ...load } = mapLoadRequest(runner)
          const { context: _three, keep_alive: _four, ...rest } = request
          const { messages: _five, stream: _six, options, ...chat } = mapChatRequest({ ...rest, ...runner }, false)
          expect(load).toEqual(chat)
          expect(loaded?.num_ctx).toBe(options.num_ctx)
        },
      ),
    )
  })

  it('does not unload when it shall load with a keep_alive of nothing', () => {
    for (const keep_alive of ['0', '0s', '0h0m']) {
      expect(mapLoadRequest({ tag: 'm', keep_alive })).not.toHaveProperty('keep_alive')
    }
    expect(mapLoadRequest({ tag: 'm', keep_alive: '10s' })).toHaveProperty('keep_alive', '10s')
  })

  it('writes bare numbers of keep_alive as numbers, which Ollama insists on', () => {
    expect(JSON.parse(recorded('error-keep-alive.json'))).toEqual({ error: 'time: missing unit in duration "-1"' })
    expect(['-1', '0', '300', '1.5', '5m', '1h30m'].map(mapKeepAlive)).toEqual([-1, 0, 300, 1.5, '5m', '1h30m'])
  })
})

describe('counts and durations', () => {
  it('come from the last line, in milliseconds', () => {
    const line = lastLine('chat-length.ndjson')
    expect(mapUsage(line)).toEqual({ prompt_tokens: line.prompt_eval_count, output_tokens: line.eval_count })
    expect(mapUsage(line)).toEqual({ prompt_tokens: 12, output_tokens: 8 })
    expect(mapTimings({ prompt_eval_duration: 1_500_000, eval_duration: 2_000_000_000 })).toEqual({
      prompt_ms: 1.5,
      generation_ms: 2000,
    })
  })

  it('never claim a number of cached tokens: a cached prompt has the same count and a shorter time', () => {
    const [first, again] = [lastLine('chat-length.ndjson'), lastLine('chat-length-cached.ndjson')]
    expect(mapUsage(again)).toEqual(mapUsage(first))
    expect(mapTimings(again).prompt_ms).toBeLessThan((mapTimings(first).prompt_ms as number) / 5)
  })

  it('stay absent where the line has none', () => {
    expect([mapUsage({ done: true }), mapTimings({ done: true })]).toEqual([{}, {}])
  })

  it('go with a reason that is a natural end, the limit, or something else', () => {
    expect(['stop', 'length', 'load', undefined].map(mapDoneReason)).toEqual(['stop', 'length', 'other', 'other'])
  })
})

describe('a description', () => {
  it('says what the server declares of a tag whose weights are in memory', () => {
    const description = mapOllamaDescription({
      endpoint,
      tag: 'smollm2:135m',
      shown: shown(),
      digest: 'f'.repeat(64),
      running,
      process: { pid: 12, started_at: 345 },
      version: '0.31.0',
    })
    expect(description).toEqual({
      tag: 'smollm2:135m',
      digest: 'f'.repeat(64),
      weights_files: [weightsBlob],
      weights_claimed_sha256: weightsSha256,
      load_id: '12@345',
      architecture: 'llama',
      parameters: '134515008',
      quantization: 'Q4_1',
      context_trained: 8192,
      context_in_force: 1024,
      template_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      loaded_bytes: 135,
      loaded_gpu_bytes: 0,
      serving_pid: 12,
      server_build: 'ollama 0.31.0',
    })
  })

  it('names no weight files and no process while no runner holds them', () => {
    const description = mapOllamaDescription({
      endpoint,
      tag: 'm',
      shown: shown(),
      process: { pid: 12, started_at: 345 },
    })
    for (const key of ['weights_files', 'load_id', 'serving_pid', 'context_in_force', 'loaded_bytes']) {
      expect(description).not.toHaveProperty(key)
    }
    expect(description.weights_claimed_sha256).toBe(weightsSha256)
  })

  it('never gives a file of another machine for one of this', () => {
    const description = mapOllamaDescription({ endpoint: 'http://10.0.0.7:11434', tag: 'm', shown: shown(), running })
    expect(description.weights_files).toHaveLength(1)
    expect(description.weights_files).not.toContain(weightsBlob)
  })

  it('takes weight files from the head of the modelfile, not from a system prompt that looks like one', () => {
    const withPrompt = showSchema.parse(JSON.parse(recorded('show-with-system-prompt.json')))
    expect(withPrompt.modelfile).toMatch(/^FROM \/looks\/like/m)
    expect(weightsFiles(withPrompt.modelfile)).toEqual([weightsBlob])
    expect(mapOllamaDescription({ endpoint, tag: 'brief:v1', shown: withPrompt })).toMatchObject({
      context_configured: 2048,
    })
  })

  it('counts adapters, draft models and projectors as weights, and then claims no single hash', () => {
    const blob = (digit: string) => `/m/blobs/sha256-${digit.repeat(64)}`
    const modelfile = `# made\n\nFROM ${blob('1')}\nADAPTER ${blob('2')}\nDRAFT ${blob('3')}\nFROM ${blob('4')}\nTEMPLATE x\n`
    expect(weightsFiles(modelfile)).toEqual(['1', '2', '3', '4'].map(blob))
    const description = mapOllamaDescription({ endpoint, tag: 'm', shown: shown({ modelfile }), running })
    expect(description.weights_files).toHaveLength(4)
    expect(description).not.toHaveProperty('weights_claimed_sha256')
  })

  it('reads blob paths of Windows, and takes no name of a tag for a file', () => {
    const path = `C:\\Users\\x\\blobs\\sha256-${'a'.repeat(64)}`
    expect(weightsFiles(`FROM ${path}\r\nTEMPLATE x`)).toEqual([path])
    expect(blobSha256(path)).toBe('a'.repeat(64))
    expect(weightsFiles('FROM smollm2:135m\n')).toEqual([])
  })

  it('hashes what a tag adds to its weights the same in whatever order the server gives parameters', () => {
    const lines = ['stop    "<|im_end|>"', 'num_ctx    2048', 'temperature    0.2', 'seed    3']
    const hash = (changes: Partial<ShownModel>) =>
      mapOllamaDescription({ endpoint, tag: 'm', shown: shown(changes) }).template_sha256
    const expected = hash({ parameters: lines.join('\n') })
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
        expect(hash({ parameters: shuffled.join('\n') })).toBe(expected)
      }),
    )
  })

  it('hashes template, system prompt, messages, renderer, parser and parameters: each of them counts', () => {
    const changes: Partial<ShownModel>[] = [
      {},
      { template: 'other' },
      { system: 'Be brief.' },
      { messages: [{ role: 'user', content: 'Be brief.' }] },
      { renderer: 'Be brief.' },
      { parser: 'Be brief.' },
      { parameters: 'temperature 0.2' },
    ]
    const hashes = changes.map(
      (each) => mapOllamaDescription({ endpoint, tag: 'm', shown: shown(each) }).template_sha256,
    )
    expect(new Set(hashes).size).toBe(changes.length)
    expect(mapOllamaDescription({ endpoint, tag: 'm', shown: {} })).toEqual({ tag: 'm' })
  })

  it('says where a tag of the cloud is really served', () => {
    const remote = { remote_model: 'gpt-oss:120b', remote_host: 'https://ollama.com:443' }
    expect(mapOllamaDescription({ endpoint, tag: 'big:v1', shown: remote })).toEqual({
      tag: 'big:v1',
      served_elsewhere: 'gpt-oss:120b at https://ollama.com:443',
    })
    expect(mapOllamaDescription({ endpoint, tag: 'gpt-oss:120b-cloud', shown: {} })).toHaveProperty('served_elsewhere')
  })
})

describe('a listed tag', () => {
  it('says whether it chats and where it is really served, as far as the server says', () => {
    const listing = (changes: object) => mapListedModel({ name: 'm:1b', ...changes }, [])
    expect(listing({})).toEqual({ tag: 'm:1b', loaded: false })
    expect(listing({ capabilities: ['embedding'] })).toMatchObject({ chats: false })
    expect(listing({ capabilities: ['completion', 'tools'] })).toMatchObject({ chats: true })
    expect(listing({ remote_model: 'big', remote_host: 'https://ollama.com:443' })).toMatchObject({
      served_elsewhere: 'big at https://ollama.com:443',
    })
  })
})

describe('names of tags', () => {
  it('are compared as the server writes them', () => {
    expect(
      ['smollm2', 'smollm2:135m', 'library/smollm2', 'registry.ollama.ai/library/smollm2:x', 'localhost:5000/a/b'].map(
        shortTag,
      ),
    ).toEqual(['smollm2:latest', 'smollm2:135m', 'smollm2:latest', 'smollm2:x', 'localhost:5000/a/b:latest'])
  })

  it('are the same with or without the latest version, and never where one is not told', () => {
    expect([isSameTag('qwen3', 'qwen3:latest'), isSameTag('qwen3:latest', 'qwen3')]).toEqual([true, true])
    expect([isSameTag('qwen3', 'qwen3:8b'), isSameTag('qwen3', undefined), isSameTag(undefined, undefined)]).toEqual(
      Array(3).fill(false),
    )
  })

  it('say when they mean the cloud', () => {
    expect(['gpt-oss:120b-cloud', 'qwen3:cloud', 'a/b:Cloud'].every(isCloudTag)).toBe(true)
    expect(['cloud', 'my-cloud', 'my-cloud:7b', 'cloud:v1', 'm:cloudy'].some(isCloudTag)).toBe(false)
  })
})

describe('failures', () => {
  const place = { server: 'Ollama', endpoint: 'http://127.0.0.1:11434', tag: 'smollm2:135m' }
  const codeOf = (status: number, file: string) => failureFromOllama(status, recorded(file), place).code

  it('have the cause that the recorded answer means', () => {
    expect({
      context: codeOf(400, 'error-context-exceeded.json'),
      missing: codeOf(404, 'error-model-missing.json'),
      queue: codeOf(503, 'error-queue-full.json'),
      schema: codeOf(400, 'error-schema-refused.json'),
      think: codeOf(400, 'error-think-refused.json'),
      weights: codeOf(500, 'error-weights-cut-short.json'),
    }).toEqual({
      context: 'context-exceeded',
      missing: 'model-missing',
      queue: 'queue-full',
      schema: 'request-refused',
      think: 'request-refused',
      weights: 'load-failed',
    })
  })

  it("carry the runner's own counts out of the JSON inside the JSON", () => {
    expect(failureFromOllama(400, recorded('error-context-exceeded.json'), place).facts).toMatchObject({
      n_prompt_tokens: 1510,
      n_ctx: 1024,
    })
  })

  it("know Ollama's own words for a prompt that is too long", () => {
    const error =
      'the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the ' +
      'context length in settings, or use a model with a longer context length'
    expect(failureFromOllama(400, JSON.stringify({ error }), place).code).toBe('context-exceeded')
  })

  it('call a killed runner dead, also where its last words were about an earlier request', () => {
    for (const file of ['chat-runner-killed.ndjson', 'chat-runner-killed-after-refusal.ndjson']) {
      expect(failureFromOllamaLine(lastLine(file), place).code).toBe('runner-died')
    }
    const error =
      'model runner has unexpectedly stopped, check ollama server logs for details: exceeds the context size'
    expect(failureFromOllama(500, JSON.stringify({ error }), place).code).toBe('runner-died')
  })

  it('tell a runner that did not start from one that died', () => {
    const error = 'llama-server process has terminated: exit status 1'
    expect(failureFromOllama(500, JSON.stringify({ error }), place).code).toBe('load-failed')
  })

  it('never show the key', () => {
    const { message } = failureFromOllama(401, JSON.stringify({ error: 'bad key secret-1' }), place, 'secret-1')
    expect(message).toContain('[key]')
    expect(message).not.toContain('secret-1')
  })
})
