import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { assessLevel } from '../../src/assessment/concurrency.ts'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import { laneSchema } from '../../src/config/schema.ts'
import { type AnswerFacts, generatedPerSecond, promptPerSecond } from '../../src/gates/answer-speed.ts'
import type { ProbedLane } from '../../src/lanes/lane.ts'
import { sweepConcurrency } from '../../src/probes/concurrency.ts'
import { probeLatency } from '../../src/probes/latency.ts'
import { createLlamaServerRuntime } from '../../src/runtimes/llama-server.ts'
import { createOllamaRuntime } from '../../src/runtimes/ollama.ts'
import type { Runtime } from '../../src/runtimes/runtime.ts'
import { median } from '../../src/statistics/quantile.ts'
import { startRealEngine } from '../runtimes/real-engine.ts'
import { evidenceOfRun } from '../support/evidence-of-run.ts'
import { createMiniProject, type MiniProject } from '../support/mini-project.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { startOllama } from './runtimes/ollama-server.ts'

/** Speed by two witnesses, and what real runtimes do with several calls at once. */

const tag = 'smollm2:135m'
const minutes = (n: number) => ({ timeout: n * 60_000 })
let stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()))
  stops = []
})

function probed(runtime: Runtime, model: string): ProbedLane {
  const lane = laneSchema.parse({
    runtime: 'runtime',
    model,
    context: 1024,
    latency_probe: { calls: 5, output_tokens: 144, seconds: 120 },
    concurrency_sweep: [1, 2, 4],
  })
  return { name: 'lane', lane, runtime, description: undefined, options_sha256: 'a'.repeat(64) }
}

async function llamaServer(parallel: number, context: number, fetch?: typeof globalThis.fetch): Promise<Runtime> {
  const server = await startLlamaServer({ alias: tag, context, extraArguments: ['--parallel', `${parallel}`] })
  stops.push(() => server.stop())
  return createLlamaServerRuntime({ endpoint: server.endpoint, ...(fetch && { fetch }) })
}

async function ollama(parallel: number): Promise<Runtime> {
  const server = await startOllama({ environment: { OLLAMA_NUM_PARALLEL: `${parallel}` } })
  stops.push(() => server.stop())
  await server.create(tag)
  return createOllamaRuntime({ endpoint: server.endpoint })
}

async function embedded(): Promise<{ runtime: Runtime; model: string }> {
  const engine = await startRealEngine()
  stops.push(() => engine.supervisor.stop())
  return { runtime: engine.runtime, model: 'smollm2-135m-instruct' }
}

/** Five answers of 128 tokens or more. */
async function fiveAnswers(runtime: Runtime, model = tag): Promise<AnswerFacts[]> {
  const { calls } = await probeLatency(probed(runtime, model))
  const answers = calls.flatMap((call) => (call.state === 'answered' ? [call] : []))
  expect(answers, JSON.stringify(calls)).toHaveLength(5)
  for (const { usage } of answers) expect(usage.output_tokens).toBeGreaterThanOrEqual(128)
  return answers
}

const figures: string[] = []
/** Medians of both witnesses, and how far they are apart. */
function held(name: string, answers: readonly AnswerFacts[], of: typeof generatedPerSecond): number {
  const witness = (which: 'server' | 'wire') => median(answers.flatMap((answer) => of(answer)[which] ?? []))
  const [server, wire] = [witness('server'), witness('wire')]
  // Answer by answer: other work on the machine slows both witnesses of one answer.
  const apart = Math.abs(
    median(
      answers.flatMap((answer) => {
        const speeds = of(answer)
        return speeds.server === undefined || speeds.wire === undefined ? [] : [speeds.wire / speeds.server]
      }),
    ) - 1,
  )
  figures.push(
    `${name}: server ${server.toFixed(2)}, wire ${wire.toFixed(2)} tok/s, ${(100 * apart).toFixed(2)} % apart`,
  )
  return apart
}

/** Keeps llama-server's own `timings` of every answer as they come over the wire. */
function keepTimings(kept: { predicted_n: number; predicted_per_second: number }[]): typeof globalThis.fetch {
  return async (...request) => {
    const response = await globalThis.fetch(...request)
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) return response
    const [mine, theirs] = response.body.tee()
    void new Response(mine).text().then((text) => {
      for (const line of text.split('\n')) {
        const event = line.startsWith('data: {') ? JSON.parse(line.slice('data: '.length)) : {}
        if (event.timings) kept.push(event.timings)
      }
    })
    return new Response(theirs, response)
  }
}

describeReal(['weights', 'llamaServer', 'ollama'], 'speed', () => {
  afterAll(() => {
    if (process.env.BENCH_MEMO_SHOW_FIGURES) process.stdout.write(`${figures.join('\n')}\n`)
  })

  test("of llama-server agrees with the server's own timings within 3 %", minutes(5), async () => {
    const own: { predicted_n: number; predicted_per_second: number }[] = []
    const answers = await fiveAnswers(await llamaServer(1, 1024, keepTimings(own)))
    expect(held('llama-server generation', answers, generatedPerSecond)).toBeLessThan(0.03)
    expect(held('llama-server prompt', answers, promptPerSecond)).toBeLessThan(0.1)
    // The server's own division, not ours of its durations.
    expect(own.map(({ predicted_n }) => predicted_n)).toEqual(answers.map(({ usage }) => usage.output_tokens))
    const said = median(own.map(({ predicted_per_second }) => predicted_per_second))
    const seen = answers.map((answer) => generatedPerSecond(answer).wire as number)
    figures.push(`llama-server says ${said.toFixed(2)}, what arrived says ${median(seen).toFixed(2)} tok/s`)
    const ratios = seen.map((wire, index) => wire / (own[index]?.predicted_per_second ?? 0))
    expect(Math.abs(median(ratios) - 1)).toBeLessThan(0.03)
    for (const { usage } of answers) expect(usage.cached_prompt_tokens).toBe(0)
  })

  test('of Ollama agrees with its durations, and no prompt is read from its cache', minutes(5), async () => {
    const answers = await fiveAnswers(await ollama(1))
    expect(held('Ollama generation', answers, generatedPerSecond)).toBeLessThan(0.03)
    held('Ollama prompt', answers, promptPerSecond)
    // A cached prompt takes next to no time: the slowest prompt and the fastest are of one kind.
    const reading = answers.flatMap(({ timing }) => timing.server_prompt_ms ?? [])
    expect(Math.min(...reading)).toBeGreaterThan(Math.max(...reading) / 5)
  })

  test('of the embedded engine agrees with its own timings', minutes(5), async () => {
    const { runtime, model } = await embedded()
    const answers = await fiveAnswers(runtime, model)
    expect(held('embedded generation', answers, generatedPerSecond)).toBeLessThan(0.03)
    held('embedded prompt', answers, promptPerSecond)
    for (const { usage } of answers) expect(usage.cached_prompt_tokens).toBeLessThan(0.2 * (usage.prompt_tokens ?? 0))
  })
})

describeReal(['weights', 'llamaServer', 'ollama'], 'calls at once', () => {
  const judged = async (runtime: Runtime, model = tag) => {
    const { levels } = await sweepConcurrency(probed(runtime, model))
    const assessed = levels.map(assessLevel)
    return { judgements: assessed.map(({ judgement }) => judgement), seen: JSON.stringify({ assessed, levels }) }
  }

  test('wait for each other on llama-server with one slot', minutes(5), async () => {
    const { judgements, seen } = await judged(await llamaServer(1, 1024))
    expect(judgements, seen).toEqual(['alone', 'queued', 'queued'])
  })

  test('are served together by llama-server with four slots, also where that gains nothing', minutes(5), async () => {
    const { judgements, seen } = await judged(await llamaServer(4, 4096))
    expect(judgements, seen).toEqual(['alone', 'parallel', 'parallel'])
  })

  test('are served two and two by llama-server with two slots', minutes(5), async () => {
    const { judgements, seen } = await judged(await llamaServer(2, 2048))
    expect(judgements, seen).toEqual(['alone', 'parallel', 'partly-parallel'])
  })

  test('wait for each other on an Ollama that may serve one at a time', minutes(5), async () => {
    const { judgements, seen } = await judged(await ollama(1))
    expect(judgements, seen).toEqual(['alone', 'queued', 'queued'])
  })

  test('are served together by an Ollama that may serve four at a time', minutes(5), async () => {
    const { judgements, seen } = await judged(await ollama(4))
    expect(judgements, seen).toEqual(['alone', 'parallel', 'parallel'])
  })

  test('wait for each other on the embedded engine', minutes(5), async () => {
    const { runtime, model } = await embedded()
    const { judgements, seen } = await judged(runtime, model)
    expect(judgements, seen).toEqual(['alone', 'queued', 'queued'])
  })
})

describeReal(['weights', 'llamaServer'], 'a run of two workloads on one lane', () => {
  let project: MiniProject | undefined
  afterEach(() => project?.remove())

  test('probes its speed once, after the records of the first, and shows both witnesses', minutes(6), async () => {
    const server = await startLlamaServer({ alias: tag, context: 4096, extraArguments: ['--parallel', '4'] })
    stops.push(() => server.stop())
    const workload = (title: string) =>
      `{ title: ${title}, dataset: ../../../datasets/ticket-extraction, lanes: [lane], privacy: public, limits: { seconds_per_record: 120, output_tokens: 40, records: 3 }, gates: { context: { required: false } } }`
    project = await createMiniProject({
      'bench.config.yaml': `
version: 1
fail_on: never
runtimes: { server: { kind: llama-server, endpoint: '${server.endpoint}' } }
lanes:
  lane:
    runtime: server
    model: '${tag}'
    latency_probe: { calls: 2 }
    concurrency_sweep: [2]
workloads:
  first: ${workload('First')}
  second: ${workload('Second')}
`,
      'vitest.config.ts':
        "import benchMemo from '../../../src/plugin.ts'\nexport default { plugins: [benchMemo()], test: { include: [] } }\n",
      'evals/first.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('first')\n",
      'evals/second.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('second')\n",
    })
    const { output } = await project.run()
    const [name = ''] = await project.list('.bench/runs')
    const run = join('.bench/runs', name)
    const evidence = await evidenceOfRun(project.folder)
    const measured = evidence.flatMap(({ kind }) =>
      kind === 'completion' || kind === 'latency' || kind === 'concurrency' ? kind : [],
    )
    expect(measured, output).toEqual([
      ...Array(3).fill('completion'),
      'latency',
      'concurrency',
      ...Array(3).fill('completion'),
    ])
    const states = evidence.flatMap((each) =>
      each.kind === 'completion' && each.outcome.state === 'answered' ? each.outcome.timing.state : [],
    )
    expect(states).toEqual(['cold', ...Array(5).fill('warm')])
    const memo: z.infer<typeof memoSchema> = memoSchema.parse(JSON.parse(await project.read(join(run, 'memo.json'))))
    expect(memo.lanes[0]?.speed).toMatchObject({
      prompt: { server: expect.any(Number), wire: expect.any(Number), n: 2, measured_on: 'probe' },
      generated: { server: expect.any(Number), wire: expect.any(Number), n: 2, measured_on: 'probe' },
      concurrency: { judgement: 'parallel' },
    })
    // Which workload's file runs first is Vitest's choice.
    const populations = memo.latencies.map((each) => each.populations.map(({ state }) => state).join(' '))
    expect(populations.toSorted()).toEqual(['cold warm', 'warm'])
    const text = await project.read(join(run, 'memo.md'))
    expect(text).toMatch(
      /lane: prompts [\d.]+ tok\/s by the server, [\d.]+ tok\/s by what arrived \(median of 2, no cached prefix\)/,
    )
    expect(text).toMatch(/2 calls at once: in parallel \(/)
  })
})
