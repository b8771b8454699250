import { readdir, rm, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { childProcesses } from '../../../src/machine/process-table.ts'
import { startLlamaServer } from '../runtimes/llama-server.ts'
import { type OllamaServer, startOllama } from '../runtimes/ollama-server.ts'
import { preparedPath } from '../runtimes/prepared-runtimes.ts'
import type { WatchedServer } from '../runtimes/watched-server.ts'

/** A fault that is really induced on a real runtime, and the log that the runtime writes of it. */
export interface LogFault {
  /** Name of its fixture's folder and file: `<detector>/<name>.log`. */
  readonly detector: string
  readonly name: string
  readonly program: 'Ollama' | 'llama-server'
  /** How it was induced, in a sentence. */
  readonly how: string
  /** The rules of the shipped pack that must find it. */
  readonly rules: readonly string[]
  /** Other rules that may find something too: one fault has several traces. */
  readonly also?: readonly string[]
  induce(): Promise<string>
}

const one = 'smollm2:135m'
const other = 'smollm2-q4-0:135m'
const longPrompt = 'One word follows another word here. '.repeat(200)

export const logFaults: readonly LogFault[] = [
  {
    detector: 'truncation',
    name: 'ollama',
    program: 'Ollama',
    how: 'POST /api/generate with a prompt of about 1,400 tokens and num_ctx 256',
    rules: ['ollama-prompt-truncated'],
    induce: () =>
      withOllama({}, [one], async (server) => {
        await generate(server, one, { prompt: longPrompt, options: { num_ctx: 256, num_predict: 2 } })
      }),
  },
  {
    detector: 'truncation',
    name: 'llama-server',
    program: 'llama-server',
    how: 'POST /v1/chat/completions with a prompt of about 1,400 tokens, started with --ctx-size 256',
    rules: ['llama-server-prompt-refused'],
    induce: () => withLlamaServer({ context: 256 }, (server) => chat(server, { content: longPrompt, max_tokens: 2 })),
  },
  {
    detector: 'truncation',
    name: 'llama-server-shift',
    program: 'llama-server',
    how: 'POST /completion with n_predict 400, started with --ctx-size 256 --context-shift',
    rules: ['llama-server-context-shift'],
    induce: () =>
      withLlamaServer({ context: 256, extraArguments: ['--context-shift'] }, async (server) => {
        await post(server, '/completion', { prompt: 'Count: one, two,', n_predict: 400, ignore_eos: true })
      }),
  },
  {
    detector: 'runner-killed',
    name: 'ollama-idle',
    program: 'Ollama',
    how: 'kill -9 of the runner while no request was on, then a request',
    rules: ['ollama-runner-died'],
    induce: () =>
      withOllama({}, [one], async (server) => {
        await generate(server, one, shortAnswer)
        await killRunner(server)
        await generate(server, one, shortAnswer)
      }),
  },
  {
    detector: 'runner-killed',
    name: 'ollama-mid-answer',
    program: 'Ollama',
    how: 'kill -9 of the runner in the middle of a streamed answer, then a request',
    rules: ['ollama-runner-died'],
    induce: () =>
      withOllama({}, [one], async (server) => {
        await generate(server, one, shortAnswer)
        const asked = generate(server, one, { prompt: 'Tell a long story.', options: { num_predict: 2000 } })
        await pause(700)
        await killRunner(server)
        await asked
        await generate(server, one, shortAnswer)
      }),
  },
  {
    detector: 'out-of-memory',
    name: 'llama-server',
    program: 'llama-server',
    how: 'prlimit --as=700000000 llama-server … --ctx-size 131072 --no-mmap',
    rules: ['allocation-failed'],
    also: ['llama-server-load-failed'],
    induce: () => startLimited(),
  },
  {
    detector: 'out-of-memory',
    name: 'ollama',
    program: 'Ollama',
    how: 'prlimit --as=300000000 on the runner as soon as it was started, while it loaded',
    rules: ['allocation-failed'],
    also: ['ollama-load-failed', 'ollama-runner-died', 'llama-server-load-failed'],
    induce: () =>
      withOllama({}, [one], async (server) => {
        const asked = generate(server, one, { ...shortAnswer, options: { num_ctx: 8192, num_predict: 2 } })
        await limitRunner(server, 300_000_000)
        await asked
      }),
  },
  {
    detector: 'out-of-memory',
    name: 'ollama-itself',
    program: 'Ollama',
    how: 'prlimit --as=600000000 on ollama serve, then a request that loads',
    rules: ['go-out-of-memory'],
    induce: () =>
      withOllama({}, [one], async (server) => {
        await execa('prlimit', ['--pid', String(server.pid), '--as=600000000'])
        await generate(server, one, shortAnswer)
      }),
  },
  {
    detector: 'cpu-fallback',
    name: 'llama-server',
    program: 'llama-server',
    how: 'started with --gpu-layers 99 where there is no GPU',
    rules: ['gpu-asked-none-usable'],
    induce: () => withLlamaServer({ extraArguments: ['--gpu-layers', '99'] }, async () => undefined),
  },
  {
    detector: 'eviction-churn',
    name: 'ollama',
    program: 'Ollama',
    how: 'OLLAMA_MAX_LOADED_MODELS=1, two models asked in turn, four times each',
    rules: ['ollama-models-evict-each-other'],
    induce: () =>
      withOllama({ OLLAMA_MAX_LOADED_MODELS: '1' }, [one, other], async (server) => {
        for (let round = 0; round < 4; round += 1) {
          await generate(server, one, shortAnswer)
          await generate(server, other, shortAnswer)
        }
      }),
  },
  {
    detector: 'queue-full',
    name: 'ollama',
    program: 'Ollama',
    how: 'OLLAMA_MAX_QUEUE=1 OLLAMA_NUM_PARALLEL=1, eight requests at once',
    rules: ['ollama-queue-full'],
    induce: () =>
      withOllama({ OLLAMA_MAX_QUEUE: '1' }, [one], async (server) => {
        await Promise.all(Array.from({ length: 8 }, () => generate(server, one, shortAnswer)))
      }),
  },
  {
    detector: 'bind-conflict',
    name: 'ollama',
    program: 'Ollama',
    how: 'a second ollama serve on the port of the first',
    rules: ['address-in-use'],
    induce: () =>
      withOllama({}, [], async (server) => {
        return await failedStart(startOllama({ environment: { OLLAMA_HOST: new URL(server.endpoint).host } }))
      }),
  },
  {
    detector: 'bind-conflict',
    name: 'llama-server',
    program: 'llama-server',
    how: 'a second llama-server on the port of the first',
    rules: ['llama-server-address-in-use'],
    induce: () =>
      withLlamaServer({}, async (server) => {
        const port = new URL(server.endpoint).port
        const words = ['--model', preparedPath('weights'), '--host', '127.0.0.1', '--port', port, '--offline']
        const options = { all: true, reject: false, timeout: 60_000, extendEnv: false, env: { PATH: process.env.PATH } }
        // It writes its log beside what it does, and may end before the last lines are out.
        for (let attempt = 0; attempt < 5; attempt += 1) {
          const { all } = await execa(preparedPath('llamaServer'), words, options)
          if (String(all).includes('HTTP server')) return all
        }
        throw new Error('the second llama-server never said why it ended')
      }),
  },
  {
    detector: 'secret',
    name: 'ollama',
    program: 'Ollama',
    how: 'ollama serve with a made-up password in HTTPS_PROXY',
    rules: ['ollama-proxy-password'],
    induce: () => withOllama({ HTTPS_PROXY: 'http://someone:made-up@127.0.0.1:9' }, [], async () => undefined),
  },
  {
    detector: 'corrupt-manifest',
    name: 'ollama',
    program: 'Ollama',
    how: 'a manifest that is cut after 40 bytes, then ollama serve and GET /api/tags',
    rules: ['ollama-corrupt-manifest'],
    induce: () =>
      withOllama({}, [one], async (server) => {
        await truncate(path.join(server.modelsFolder, 'manifests/registry.ollama.ai/library/smollm2/135m'), 40)
        return await withOllama({ OLLAMA_MODELS: server.modelsFolder }, [], async (second) => {
          await fetch(`${second.endpoint}/api/tags`)
          await generate(second, one, shortAnswer)
        })
      }),
  },
  {
    detector: 'load-aborted',
    name: 'ollama-stalled',
    program: 'Ollama',
    how: 'OLLAMA_LOAD_TIMEOUT=1ms, a request that loads',
    rules: ['ollama-load-timed-out'],
    also: ['ollama-load-failed'],
    induce: () =>
      withOllama({ OLLAMA_LOAD_TIMEOUT: '1ms' }, [one], async (server) => {
        await generate(server, one, shortAnswer)
      }),
  },
  {
    detector: 'load-aborted',
    name: 'ollama-client-gone',
    program: 'Ollama',
    how: 'a request that loads, whose client goes away while the runner starts',
    rules: ['ollama-load-abandoned'],
    also: ['ollama-load-failed'],
    induce: () =>
      withOllama({}, [one], async (server) => {
        const client = new AbortController()
        const asked = generate(server, one, shortAnswer, client.signal)
        for (let waited = 0; waited < 2_000 && !server.log().includes('to start responding'); waited += 1)
          await pause(2)
        client.abort()
        await asked
        await pause(1_000)
      }),
  },
  {
    detector: 'load-failed',
    name: 'ollama',
    program: 'Ollama',
    how: 'weights cut to 50 MB, a request that loads',
    rules: ['ollama-load-failed'],
    also: ['ollama-runner-died', 'llama-server-load-failed'],
    induce: () =>
      withOllama({}, [one], async (server) => {
        const blobs = path.join(server.modelsFolder, 'blobs')
        for (const blob of await readdir(blobs)) {
          const file = path.join(blobs, blob)
          await truncate(file, 50_000_000).catch(() => undefined)
        }
        await generate(server, one, shortAnswer)
      }),
  },
  {
    detector: 'load-failed',
    name: 'llama-server',
    program: 'llama-server',
    how: 'a file that is no GGUF as --model',
    rules: ['llama-server-load-failed'],
    induce: async () => {
      const file = `/tmp/bench-memo-no-weights-${process.pid}.gguf`
      await writeFile(file, 'no weights')
      return await failedStart(startLlamaServer({ alias: 'broken', weights: file })).finally(() => rm(file))
    },
  },
]

const shortAnswer = { prompt: 'Say hello.', options: { num_predict: 2 } }

/** Healthy use: loads, answers, unloads, a cancelled answer, a missing tag, lists. */
export const healthyUses: readonly Pick<LogFault, 'name' | 'program' | 'how' | 'induce'>[] = [
  {
    name: 'ollama',
    program: 'Ollama',
    how: 'two models, forty answers, lists, a cancelled answer, a missing tag, unloads; nothing at fault',
    induce: () =>
      withOllama({}, [one, other], async (server) => {
        await fetch(`${server.endpoint}/api/tags`)
        await fetch(`${server.endpoint}/api/ps`)
        await post(server, '/api/show', { model: one })
        for (let round = 0; round < 20; round += 1) await generate(server, one, shortAnswer)
        const endless = { prompt: 'Tell a long story.', options: { num_predict: 2000 } }
        await generate(server, one, endless, AbortSignal.timeout(700))
        for (let round = 0; round < 10; round += 1) {
          await generate(server, other, shortAnswer)
          await chat(server, { model: one, content: 'Say hello.', max_tokens: 2 })
        }
        await generate(server, 'nope:1b', shortAnswer)
        for (const tag of [one, other]) await generate(server, tag, { keep_alive: 0 })
        await pause(500)
        await generate(server, one, shortAnswer)
        await fetch(`${server.endpoint}/api/tags`)
      }),
  },
  {
    name: 'ollama-debug',
    program: 'Ollama',
    how: 'OLLAMA_DEBUG=1, a few answers and an unload; nothing at fault',
    induce: () =>
      withOllama({ OLLAMA_DEBUG: '1' }, [one], async (server) => {
        for (let round = 0; round < 5; round += 1) await generate(server, one, shortAnswer)
        await generate(server, one, { keep_alive: 0 })
        await pause(500)
        await generate(server, one, shortAnswer)
      }),
  },
  {
    name: 'llama-server',
    program: 'llama-server',
    how: 'thirty answers, lists, slots, metrics, a cancelled answer; nothing at fault',
    induce: () =>
      withLlamaServer({}, async (server) => {
        await Promise.all(['/props', '/v1/models', '/slots', '/metrics'].map((page) => fetch(server.endpoint + page)))
        for (let round = 0; round < 30; round += 1) await chat(server, { content: `Say ${round}.`, max_tokens: 2 })
        await chat(server, { content: 'Tell a long story.', max_tokens: 1500 }, AbortSignal.timeout(700))
        await chat(server, { content: 'Say hello.', max_tokens: 2 })
        await fetch(`${server.endpoint}/nothing-here`)
      }),
  },
]

/** The log of one Ollama, and before it what `use` returned: the log of another program. */
async function withOllama(
  environment: Readonly<Record<string, string>>,
  tags: readonly string[],
  use: (server: OllamaServer) => Promise<unknown>,
): Promise<string> {
  const server = await startOllama({ environment })
  try {
    for (const tag of tags) await server.create(tag, preparedPath(tag === one ? 'weights' : 'requantised'))
    const log = await use(server)
    await server.stop()
    return typeof log === 'string' ? log : server.log()
  } finally {
    await server.stop()
  }
}

async function withLlamaServer(
  options: Omit<Parameters<typeof startLlamaServer>[0], 'alias'>,
  use: (server: WatchedServer) => Promise<unknown>,
): Promise<string> {
  const server = await startLlamaServer({ alias: one, ...options })
  try {
    const log = await use(server)
    await server.stop()
    return typeof log === 'string' ? log : server.log()
  } finally {
    await server.stop()
  }
}

async function generate(server: WatchedServer, model: string, body: object, signal?: AbortSignal): Promise<void> {
  await post(server, '/api/generate', { model, ...body }, signal)
}

async function chat(
  server: WatchedServer,
  { content, ...body }: { readonly content: string; readonly max_tokens: number; readonly model?: string },
  signal?: AbortSignal,
): Promise<void> {
  const messages = [{ role: 'user', content }]
  await post(server, '/v1/chat/completions', { model: one, stream: signal !== undefined, ...body, messages }, signal)
}

/** Whatever comes of it: only the server's log counts. */
async function post(server: WatchedServer, page: string, body: object, signal?: AbortSignal): Promise<void> {
  await fetch(server.endpoint + page, { method: 'POST', body: JSON.stringify(body), ...(signal && { signal }) })
    .then((response) => response.text())
    .catch(() => undefined)
}

async function killRunner(server: WatchedServer): Promise<void> {
  for (const { pid } of await childProcesses(server.pid)) process.kill(pid, 'SIGKILL')
  await pause(500)
}

/** Memory beyond what it has will be refused to it. */
async function limitRunner(server: WatchedServer, bytes: number): Promise<void> {
  for (let waited = 0; waited < 1_000; waited += 1) {
    const [runner] = (await childProcesses(server.pid)).filter(({ command }) => command.includes('--model'))
    if (runner) {
      await execa('prlimit', ['--pid', String(runner.pid), `--as=${bytes}`])
      return
    }
    await pause(2)
  }
}

async function failedStart(start: Promise<WatchedServer>): Promise<string> {
  try {
    await (await start).stop()
  } catch (error) {
    return (error as Error).message.replace(/^.*\n/, '').replaceAll(/^ {2}/gm, '')
  }
  throw new Error('it started, and ought not to have')
}

async function startLimited(): Promise<string> {
  const words = ['--model', preparedPath('weights'), '--host', '127.0.0.1', '--port', '0', '--offline', '--no-mmap']
  const { all } = await execa(
    'prlimit',
    ['--as=700000000', preparedPath('llamaServer'), ...words, '--ctx-size', '131072'],
    { all: true, reject: false, timeout: 60_000 },
  )
  return all
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
