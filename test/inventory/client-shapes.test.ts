import { describe, expect, it } from 'vitest'
import { signsOf } from '../../src/inventory/client-shapes.ts'

type Told = Partial<Record<'libraries' | 'endpoints' | 'tags' | 'environment_names', readonly string[]>>
const told = (line: string, isYaml = false): Told => {
  const { credentials: _credentials, certain: _certain, ...lists } = signsOf(line, ['BOX_KEY'], isYaml)
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))
}

describe('what a line of a client says', () => {
  it.for<[string, Told]>([
    // Python
    ['from openai import OpenAI', { libraries: ['openai'] }],
    ['import ollama', { libraries: ['ollama'] }],
    ['from langchain_ollama import ChatOllama', { libraries: ['langchain'] }],
    ['import litellm', { libraries: ['litellm'] }],
    [
      'client = OpenAI(base_url="http://localhost:11434/v1", api_key="ollama")',
      { endpoints: ['http://localhost:11434/v1'] },
    ],
    ['    model="qwen3:8b",', { tags: ['qwen3:8b'] }],
    ['llm = ChatOllama(model="qwen3:8b", temperature=0)', { tags: ['qwen3:8b'] }],
    ['response = completion(model="ollama/phi4-mini", messages=m)', { tags: ['ollama/phi4-mini'] }],
    [
      'tag = os.environ.get("LOCAL_MODEL_TAG", "qwen3.6:27b")',
      { tags: ['qwen3.6:27b'], environment_names: ['LOCAL_MODEL_TAG'] },
    ],
    ['key = os.environ["BOX_KEY"]', { environment_names: ['BOX_KEY'] }],
    ['requests.post(f"{base}/api/chat", json=body)', { libraries: ['http'] }],
    ['subprocess.run(["ollama", "run", "phi4-mini", prompt])', { libraries: ['ollama'], tags: ['phi4-mini'] }],
    ['args = ["llm", "--model", "qwen3:8b"]', { tags: ['qwen3:8b'] }],
    // JavaScript
    ["import OpenAI from 'openai'", { libraries: ['openai'] }],
    ["const { Ollama } = require('ollama')", { libraries: ['ollama'] }],
    ["import { ChatOllama } from '@langchain/ollama'", { libraries: ['langchain'] }],
    ["import { generateText } from 'ai'", { libraries: ['ai-sdk'] }],
    ["const model = ollama('qwen3:8b')", { tags: ['qwen3:8b'] }],
    ["  model: 'qwen3:8b',", { tags: ['qwen3:8b'] }],
    [
      "const tag = process.env.LOCAL_MODEL_TAG ?? 'qwen3:8b'",
      { tags: ['qwen3:8b'], environment_names: ['LOCAL_MODEL_TAG'] },
    ],
    [
      'await fetch("http://127.0.0.1:1234/v1/chat/completions", {',
      { libraries: ['http'], endpoints: ['http://127.0.0.1:1234/v1/chat/completions'] },
    ],
    // Shell, .env, JSON
    ['ollama run phi4-mini "$PROMPT"', { libraries: ['ollama'], tags: ['phi4-mini'] }],
    ['LOCAL_MODEL_TAG=qwen3:8b ./worker', { tags: ['qwen3:8b'], environment_names: ['LOCAL_MODEL_TAG'] }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's
    ['export TAG="${LOCAL_MODEL_TAG:-qwen3:8b}"', { tags: ['qwen3:8b'], environment_names: ['LOCAL_MODEL_TAG'] }],
    ['OLLAMA_HOST=localhost:11434', { endpoints: ['http://localhost:11434'], environment_names: ['OLLAMA_HOST'] }],
    ['curl -s localhost:11434/api/generate -d @-', { libraries: ['http'], endpoints: ['http://localhost:11434'] }],
    [`curl $BASE/v1/chat/completions -d '{"model": "qwen3:8b"}'`, { libraries: ['http'], tags: ['qwen3:8b'] }],
    ['llm -m qwen3:8b < prompt.txt', { tags: ['qwen3:8b'] }],
  ])('%s', ([line, expected]) => {
    expect(told(line)).toEqual(expected)
  })

  it.for([
    'const model = await loadModel(path)',
    'llama-server --model weights/qwen3.gguf --port 8080',
    'python -m litellm_worker',
    'see https://example.com/docs and http://localhost:3000/health',
    'LOCAL = other_model',
    "import { z } from 'zod'",
    'from ai_tools import summary',
    'a = "model"',
  ])('nothing: %s', (line) => {
    expect(told(line)).toEqual({})
  })

  it('in YAML needs no quotes', () => {
    expect(told('      model: ollama/qwen3:8b', true)).toEqual({ tags: ['ollama/qwen3:8b'] })
    expect(told('      model: ollama/qwen3:8b', false)).toEqual({})
    expect(told('  LOCAL_MODEL_TAG: qwen3:8b # the fast one', true)).toMatchObject({ tags: ['qwen3:8b'] })
  })

  it('of an endpoint never holds credentials or a query', () => {
    const signs = signsOf('base_url="http://me:s3cret@127.0.0.1:11434/v1?key=s3cret123456789"')
    expect(signs).toMatchObject({ endpoints: ['http://127.0.0.1:11434/v1'], credentials: true })
    expect(JSON.stringify(signs)).not.toContain('s3cret')
    expect(signsOf('base_url="http://127.0.0.1:11434/v1"').credentials).toBe(false)
  })
})
