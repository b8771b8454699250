import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cacheSettings } from '../../src/lanes/cache-settings.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bench-memo-cache-'))
  const files = {
    '1/environ': 'HOME=/root\0OLLAMA_KV_CACHE_TYPE=q8_0\0OLLAMA_NUM_PARALLEL=4\0OLLAMA_CONTEXT_LENGTH=32768\0',
    '2/environ': 'OLLAMA_NUM_PARALLEL=many\0OLLAMA_KV_CACHE_TYPE=turbo\0',
    '3/cmdline': 'llama-server\0-ctk\0q4_0\0--cache-type-v\0q4_0\0-np\x002\0--model\0/weights/m.gguf\0',
    '4/cmdline': 'llama-server\0--model\0m.gguf\0',
    '5/cmdline': 'llama-server\0--parallel\x004\0--kv-unified\0',
    '6/cmdline': 'llama-server\0',
    '6/environ': 'LLAMA_ARG_N_PARALLEL=4\0',
    '7/cmdline': 'llama-server\0--no-kv-unified\0',
    '4/environ': 'LLAMA_ARG_CACHE_TYPE_K=bf16\0',
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), text)
  }
})
afterAll(() => rm(root, { recursive: true }))

test("Ollama's cache type and parallelism are those of its daemon's environment", () => {
  expect(cacheSettings('ollama', 1, root)).toEqual({ cache_type: 'q8_0', sequences: 4, context: 32768 })
  expect(cacheSettings('ollama', 2, root)).toEqual({})
})

test("llama-server's are those of its command line, else of its environment", () => {
  expect(cacheSettings('llama-server', 3, root)).toEqual({ cache_type: 'q4_0', value_cache_type: 'q4_0' })
  // What is not told of values is not that of keys.
  expect(cacheSettings('llama-server', 4, root)).toEqual({
    cache_type: 'bf16',
    value_cache_type: 'f16',
    sequences: 1,
  })
})

test('slots of a llama-server share one cache where it was told so, or where nobody told how many there shall be', () => {
  expect([4, 5, 6, 7].map((pid) => cacheSettings('llama-server', pid, root).sequences)).toEqual([
    1,
    1,
    undefined,
    undefined,
  ])
})

test('nothing is said of a process that hides both, or of another runtime', () => {
  expect(cacheSettings('llama-server', 9, root)).toEqual({})
  expect(cacheSettings('vllm', 1, root)).toEqual({})
})
