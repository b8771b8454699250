import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BenchConfig, LaneConfig } from '../../src/config/schema.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type Evidence, type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { judge } from '../../src/gates/judge.ts'
import { openRuntime, type ServerConfig } from '../../src/lanes/open-runtime.ts'
import { probeWorker } from '../../src/probes/worker.ts'
import { close } from '../runtimes/loopback-server.ts'
import { descendants } from '../support/processes.ts'
import { defaultModel, type SampleName, sampleWorkers, selectedModel, workerConfig } from '../support/worker-config.ts'

/** Answers like Ollama, whatever model is asked for. */
let server: Server
let asked: string[]
let fails: boolean
beforeEach(async () => {
  asked = []
  fails = false
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.setHeader('content-type', 'application/json')
    if (request.method === 'GET') return void response.end(JSON.stringify({ data: [{ id: selectedModel }] }))
    const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string }
    asked.push(model)
    if (fails) return void response.writeHead(500).end(JSON.stringify({ error: 'out of memory' }))
    response.end(
      JSON.stringify({ model, message: { content: 'fine' }, response: 'fine', done: true, done_reason: 'stop' }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => close(server))

const runtimeYaml = (location = 'local') =>
  `{ kind: openai-compatible, endpoint: 'http://127.0.0.1:${(server.address() as AddressInfo).port}/v1', location: ${location} }`
const record = { id: 'r-1', input: 'Database "eu-1" is down.\nNobody knows why.', expected: {} }

async function probe(
  config: BenchConfig,
  environment: Record<string, string | undefined> = process.env,
  signal?: AbortSignal,
): Promise<EvidenceOf<'worker'>> {
  const facts = await probeWorker(
    { config, name: 'delegate', root: '/', record, environment },
    {
      name: 'quality',
      lane: config.lanes.quality as LaneConfig,
      runtime: openRuntime(config.runtimes.server as ServerConfig),
      description: undefined,
      options_sha256: laneOptionsSha256(config, 'quality'),
      ...(signal && { signal }),
    },
  )
  const base = { id: 'worker-1', run_id: 'run', at: new Date(0).toISOString() }
  return evidenceSchema.parse(JSON.parse(JSON.stringify({ ...base, ...facts }))) as EvidenceOf<'worker'>
}
const verdictOn = (config: BenchConfig, evidence: readonly Evidence[]) =>
  judge('worker', { config, lane: 'quality', workload: 'work', evidence })
async function verdictOf(name: SampleName) {
  const config = workerConfig(runtimeYaml(), sampleWorkers[name])
  return verdictOn(config, [await probe(config)])
}

describe('a worker path', () => {
  test('is proven where the selected model reaches the wire through LOCAL_MODEL_TAG', async () => {
    const config = workerConfig(runtimeYaml(), sampleWorkers.right)
    const evidence = await probe(config)
    expect(evidence).toMatchObject({
      selected_model: selectedModel,
      reported_model: selectedModel,
      exit: { state: 'exited', code: 0 },
      requests: [{ path: '/api/chat', requested_model: selectedModel, response_model: selectedModel, status: 200 }],
      control: { exit: { state: 'exited', code: 1 }, requests: [{ status: 404 }] },
    })
    expect(evidence.control?.requests[0]?.requested_model).toBe(evidence.control?.selected_model)
    expect(verdictOn(config, [evidence])).toMatchObject({ status: 'pass', n: 1, needed: 1 })
    expect(asked, 'the control reaches no runtime').toEqual([selectedModel])
  })

  test.runIf(process.platform === 'linux')(
    'shows every process from the outer command to the one that asked, and its tag',
    async () => {
      const [request] = (await probe(workerConfig(runtimeYaml(), sampleWorkers.right))).requests
      expect(request?.processes).toMatchObject([
        { command: [expect.stringMatching(/^node/), 'scheduler.mjs'], local_model_tag_state: 'not-set' },
        { command: ['python3', 'delegate.py'], local_model_tag_state: 'set', local_model_tag: selectedModel },
      ])
    },
  )

  test('that drops the tag parts in the environment, with the process that dropped it and a fix', async () => {
    const { status, reason, remedy } = await verdictOf('drops the tag')
    expect(status).toBe('fail')
    expect(reason).toContain('delegate parts at the environment of the delegate: node')
    expect(reason).toContain('forgetful-scheduler.mjs starts python3 delegate.py without LOCAL_MODEL_TAG')
    expect(reason).toContain(`it asked for ${defaultModel} instead of ${selectedModel}`)
    expect(remedy).toContain('pass selected_model on as LOCAL_MODEL_TAG in the environment with which node')
  })

  test('that drops the tag parts there too where the server refuses the default at once', async () => {
    fails = true
    expect((await verdictOf('drops the tag')).reason).toContain('starts python3 delegate.py without LOCAL_MODEL_TAG')
  })

  test('that swallows the exit code is found out by a payload whose model cannot exist', async () => {
    const { status, reason } = await verdictOf('swallows the exit code')
    expect({ status, reason }).toEqual({
      status: 'fail',
      reason:
        'delegate parts at its exit: it swallowed the failure: all its requests were answered by 404 (control payload), and it ended with exit code 0',
    })
  })

  test('that swallows the exit code is found out at once where the runtime fails', async () => {
    fails = true
    expect((await verdictOf('swallows the exit code')).reason).toContain(
      'it swallowed the failure: its last request was answered by 500, and it ended with exit code 0',
    )
  })

  test('that fails where the runtime fails parts at the runtime, not at the worker', async () => {
    fails = true
    expect((await verdictOf('right')).reason).toBe(
      'delegate parts at the runtime: its last request was answered by 500',
    )
  })

  test('without a request is untapped', async () => {
    expect((await verdictOf('answers without a model')).reason).toContain('untapped: it ended with exit code 0')
  })

  test('with a silent fallback parts on the wire, at the second request', async () => {
    const { status, reason } = await verdictOf('falls back silently')
    expect(status).toBe('fail')
    expect(reason).toContain('parts at the wire: request 2 of node')
    expect(reason).toContain(`is for ${defaultModel}, after one for ${selectedModel}: a silent fallback`)
  })

  test('whose own record names another model parts there', async () => {
    expect((await verdictOf('records another model')).reason).toBe(
      `delegate parts at its own record: it asked for ${selectedModel} and recorded ${defaultModel}`,
    )
  })

  test('through a stock client needs no LOCAL_MODEL_TAG: the control payload shows that its model arrives', async () => {
    const verdict = await verdictOf('curl')
    expect(verdict).toMatchObject({ status: 'pass' })
    expect(verdict.reason).toContain("LOCAL_MODEL_TAG was seen in 0 of 1 requests, and the control payload's model")
  })

  test('whose default happens to be the selected model is no proof', async () => {
    const script = `exec curl -s --fail "http://$OLLAMA_HOST/api/chat" -d '{"model":"${selectedModel}","stream":false}'`
    const config = workerConfig(runtimeYaml(), `command: [sh, -c, ${JSON.stringify(script)}]\npayload: stdin`)
    const { status, reason } = verdictOn(config, [await probe(config)])
    expect(status).toBe('fail')
    expect(reason).toContain(`it asked for ${selectedModel} instead of bench-memo-control:absent (control payload)`)
  })
})

describe('a worker', () => {
  const shell = (script: string, seconds = 60) =>
    workerConfig(runtimeYaml(), `command: [sh, -c, ${JSON.stringify(script)}]\npayload: stdin`, { seconds })

  test('gets the endpoint, what is named, what every program needs, and no LOCAL_MODEL_TAG', async () => {
    const config = workerConfig(runtimeYaml(), 'command: [env]\npayload: stdin\nenvironment: [SOME_SETTING]')
    const { stdout } = await probe(config, {
      PATH: process.env.PATH,
      SOME_SETTING: 'yes',
      LOCAL_MODEL_TAG: selectedModel,
      PROVIDER_API_KEY: 'secret',
    })
    const names = (stdout.text ?? '')
      .trim()
      .split('\n')
      .map((line) => line.split('=', 1)[0])
    expect(names.toSorted()).toEqual(['OLLAMA_HOST', 'OPENAI_BASE_URL', 'PATH', 'SOME_SETTING'])
  })

  test('is ended with all that it started when its time is over', async () => {
    const config = shell('sleep 60 & echo $!; wait', 0.3)
    const { exit, stdout } = await probe(config)
    expect(exit).toEqual({ state: 'timed-out', seconds: 0.3 })
    await expect.poll(() => isGone(Number(stdout.text))).toBe(true)
    expect(verdictOn(config, []).status).toBe('not-measured')
  })

  test('leaves nothing behind when it has ended', async () => {
    const { exit, stdout } = await probe(shell('sleep 60 >/dev/null 2>&1 & echo $!'))
    expect(exit).toEqual({ state: 'exited', code: 0 })
    await expect.poll(() => isGone(Number(stdout.text))).toBe(true)
  })

  test.runIf(process.platform === 'linux')(
    'does not outlive the process that started it, even where that is killed',
    async () => {
      const fixture = fileURLToPath(new URL('fixtures/worker-parent.ts', import.meta.url))
      const parent = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [line] = (await once(parent.stdout, 'data')) as [Buffer]
      const leader = Number(line.toString())
      await expect.poll(() => descendants(leader, 'sleep')).toHaveLength(1)
      const [sleeping = 0] = await descendants(leader, 'sleep')
      // The guard is a process of its own, and has to be up.
      await expect.poll(() => descendants(parent.pid ?? 0, 'SIGKILL')).toHaveLength(1)
      parent.kill('SIGKILL')
      await expect.poll(() => isGone(leader) && isGone(sleeping), { timeout: 10_000 }).toBe(true)
    },
  )

  test('that does not start is said to, with the reason', async () => {
    const config = workerConfig(runtimeYaml(), 'command: [no-such-program]\npayload: stdin')
    const evidence = await probe(config)
    expect(evidence.exit).toMatchObject({ state: 'not-started', message: expect.stringContaining('ENOENT') })
    expect(verdictOn(config, [evidence]).reason).toContain('parts at the scheduler: its command does not start')
  })

  test.for([
    ['stdin', 'command: [cat]\npayload: stdin', JSON.stringify({ selected_model: selectedModel, input: record.input })],
    [
      'a file, as its last argument',
      'command: [cat]\npayload: file',
      JSON.stringify({ selected_model: selectedModel, input: record.input }),
    ],
    [
      'a file, at its place',
      "command: [sh, -c, 'cat \"$0\"', '{payload}']\npayload: file",
      JSON.stringify({ selected_model: selectedModel, input: record.input }),
    ],
    [
      'arguments',
      "command: [printf, '%s|%s', '{model}', '{input}']\npayload: arguments",
      `${selectedModel}|${record.input}`,
    ],
  ] as const)('gets its payload on %s, unchanged', async ([, yaml, expected]) => {
    expect((await probe(workerConfig(runtimeYaml(), yaml))).stdout.text).toBe(expected)
  })

  test('leaves no text of a private record in the evidence, not even of its command line', async () => {
    const script = 'curl -s "http://$OLLAMA_HOST/api/chat" -d "{\\"model\\":\\"$1\\",\\"stream\\":false}"; echo "$2"'
    const config = workerConfig(
      runtimeYaml(),
      `command: [sh, -c, ${JSON.stringify(script)}, worker, '{model}', '{input}']\npayload: arguments`,
      { privacy: 'private' },
    )
    const evidence = await probe(config)
    expect(evidence.requests).toHaveLength(1)
    expect(JSON.stringify(evidence)).not.toMatch(/eu-1|Nobody|down/)
  })

  test('of a private workload reaches no other model of the server than the selected one', async () => {
    const config = workerConfig(runtimeYaml(), sampleWorkers['drops the tag'], { privacy: 'private' })
    const evidence = await probe(config)
    expect(asked).toEqual([])
    expect(evidence.requests).toMatchObject([{ requested_model: defaultModel, status: 404 }])
    expect(verdictOn(config, [evidence]).reason).toContain(`asked for ${defaultModel}`)
  })

  const ask = (path: string, model: string) =>
    `curl -s "http://$OLLAMA_HOST${path}" -d '{"model":"${model}","stream":false}'`

  test('that asks another model by another API of its server is seen, and of a private workload not let through', async () => {
    const script = `${ask('/api/chat', selectedModel)}; ${ask('/v1/responses', defaultModel)}`
    const yaml = `command: [sh, -c, ${JSON.stringify(script)}]\npayload: stdin`
    const open = workerConfig(runtimeYaml(), yaml)
    expect(verdictOn(open, [await probe(open)]).reason).toContain(`is for ${defaultModel}, after one for`)
    expect(asked).toEqual([selectedModel, defaultModel])
    asked = []
    await probe(workerConfig(runtimeYaml(), yaml, { privacy: 'private' }))
    expect(asked).toEqual([selectedModel])
  })

  test('of a private workload reaches the selected model by its whole tag too', async () => {
    const script = ask('/api/chat', 'qwen3.6:latest')
    const yaml = `command: [sh, -c, ${JSON.stringify(script)}]\npayload: stdin`
    const config = workerConfig(runtimeYaml(), yaml, { privacy: 'private' })
    const { quality } = config.lanes
    const short = { ...config, lanes: { quality: { ...quality, model: 'qwen3.6' } } } as BenchConfig
    await probe(short)
    expect(asked).toEqual(['qwen3.6:latest'])
  })

  test('whose request names no model that can be read does not pass', async () => {
    const script = `${ask('/api/chat', selectedModel)}; curl -s "http://$OLLAMA_HOST/completion" -d '{}'`
    const config = workerConfig(runtimeYaml(), `command: [sh, -c, ${JSON.stringify(script)}]\npayload: stdin`)
    expect(verdictOn(config, [await probe(config)]).reason).toContain('asks a model at /completion, and which one')
  })

  test('may have texts made vectors of by another model', async () => {
    const script = `${ask('/api/embed', 'vectors')}; exec curl -s --fail "http://$OLLAMA_HOST/api/chat" --data-binary @-`
    const yaml = `command: [sh, -c, ${JSON.stringify(script)}]\npayload: stdin\npayload_template: { model: '{{model}}', stream: false }`
    const config = workerConfig(runtimeYaml(), yaml)
    expect(verdictOn(config, [await probe(config)])).toMatchObject({ status: 'pass' })
    expect(asked).toEqual(['vectors', selectedModel, 'vectors'])
  })

  test.runIf(process.platform === 'linux')(
    'is not waited for longer where a process of it left its group',
    async () => {
      const begin = Date.now()
      const { exit, stdout } = await probe(shell('setsid sleep 30 & echo $!', 0.3))
      expect(exit).toEqual({ state: 'timed-out', seconds: 0.3 })
      expect(Date.now() - begin).toBeLessThan(15_000)
      for (const pid of (stdout.text ?? '').trim().split('\n')) process.kill(Number(pid))
    },
  )

  test('leaves the end of a long output in the evidence, not all of it', async () => {
    const { stdout } = await probe(shell('seq 1 50000'))
    expect(stdout.characters).toBeGreaterThan(200_000)
    expect(stdout.text?.length).toBeLessThan(25_000)
    expect(stdout.text).toMatch(/\n50000\n$/)
  })

  test('of a private workload never reaches a cloud lane, whatever the config says', async () => {
    const config = workerConfig(runtimeYaml('cloud'), sampleWorkers.right)
    const { work } = config.workloads
    const leaking = { ...config, workloads: { work: { ...work, privacy: 'private' } } } as BenchConfig
    await expect(probe(leaking)).rejects.toThrow('private and quality is a cloud lane: no worker was started')
    expect(asked).toEqual([])
  })

  test('is ended when the run is aborted, and no control is begun', async () => {
    const aborting = new AbortController()
    setTimeout(() => aborting.abort(), 200)
    const { exit, control } = await probe(shell('sleep 60'), process.env, aborting.signal)
    expect(exit).toEqual({ state: 'signalled', signal: 'SIGTERM' })
    expect(control).toBeUndefined()
  })
})

/** Killed, though perhaps nobody has collected its exit status yet. */
function isGone(pid: number): boolean {
  if (!(pid > 1)) throw new Error('no pid')
  try {
    process.kill(pid, 0)
    return existsSync(`/proc/${pid}/stat`) && readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true
  }
}
