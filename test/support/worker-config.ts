import { fileURLToPath } from 'node:url'
import { parseConfig } from '../../src/config/load.ts'
import type { BenchConfig } from '../../src/config/schema.ts'

/** Folder of the sample workers. */
export const workersFolder = fileURLToPath(new URL('../probes/workers', import.meta.url))
/** Selected by the scheduler; the samples' default is another one. */
export const selectedModel = 'qwen3.6:27b'
export const defaultModel = 'phi4-mini'

/** A config with one worker, `delegate`, on one lane, `quality`. Runtime and worker are given as YAML. */
export function workerConfig(
  runtime: string,
  worker: string,
  {
    privacy = 'public',
    seconds = 60,
    cloudLane = false,
  }: { privacy?: string; seconds?: number; cloudLane?: boolean } = {},
): BenchConfig {
  const echo = runtime.includes('openai-compatible') ? ', required_identity: echo' : ''
  return parseConfig(
    `
version: 1
runtimes:
  server: ${runtime}${cloudLane ? "\n  there: { kind: openai-compatible, endpoint: 'https://api.example.com/v1', location: cloud }" : ''}
lanes:
  quality: { runtime: server, model: '${selectedModel}'${echo} }${cloudLane ? '\n  cloud: { runtime: there, model: cloud-model }' : ''}
workloads:
  work:
    title: Work
    dataset: datasets/work
    lanes: [quality]
    privacy: ${privacy}
workers:
  delegate:
    workload: work
    lane: quality
    folder: '${workersFolder}'
    endpoint_env: [OLLAMA_HOST, OPENAI_BASE_URL]
    seconds: ${seconds}
${worker
  .trim()
  .split('\n')
  .map((line) => `    ${line.trim()}`)
  .join('\n')}
`,
    'bench.config.yaml',
  )
}

const node = JSON.stringify(process.execPath)

/** The sample workers by name. */
export const sampleWorkers = {
  right: `command: [${node}, scheduler.mjs]\npayload: stdin\nreports_model: { pointer: /observed_model }`,
  'drops the tag': `command: [${node}, forgetful-scheduler.mjs]\npayload: stdin\nreports_model: { pointer: /observed_model }`,
  'swallows the exit code': 'command: [sh, swallows-exit-code.sh]\npayload: file',
  'answers without a model': `command: [python3, canned-answer.py]\npayload: stdin\nreports_model: { pointer: /observed_model }`,
  'falls back silently': `command: [${node}, silent-fallback.mjs]\npayload: stdin\nreports_model: { pointer: /observed_model }`,
  'records another model': `command: [python3, wrong-record.py]\npayload: stdin\nreports_model: { pointer: /observed_model }`,
  'OpenAI client': `command: [${node}, openai-client.mjs]\npayload: stdin\nreports_model: { pointer: /observed_model }`,
  'falls back carefully': `command: [${node}, careful-fallback.mjs]\npayload: stdin\nreports_model: { pointer: /observed_model }`,
  'retries at once': `command: [${node}, retry-storm.mjs]\npayload: stdin\nreports_model: { pointer: /observed_model }`,
  curl: `command: [sh, -c, 'exec curl --silent --show-error --fail "http://$OLLAMA_HOST/api/chat" --data-binary @-']
payload: stdin
payload_template: { model: '{{model}}', messages: [{ role: user, content: '{{input}}' }], stream: false, options: { num_predict: 4, num_ctx: 512 } }
reports_model: { pointer: /model }`,
} as const
export type SampleName = keyof typeof sampleWorkers
