import { availableParallelism, totalmem } from 'node:os'
import { afterEach, describe, expect, test } from 'vitest'
import { assessMachineUse } from '../../src/assessment/lane-machine.ts'
import { parseConfig } from '../../src/config/parse.ts'
import type { BenchConfig } from '../../src/config/schema.ts'
import { loadDatasetSync } from '../../src/datasets/load.ts'
import type { Evidence } from '../../src/evidence/schema.ts'
import { judge } from '../../src/gates/judge.ts'
import { memoryState } from '../../src/gates/memory-state.ts'
import { hashWeights } from '../../src/identity/hash-weights.ts'
import { connect } from '../../src/lanes/connect.ts'
import { openLane } from '../../src/lanes/lane.ts'
import { createQueue } from '../../src/lanes/queue.ts'
import { readMachineMemory } from '../../src/machine/memory-reading.ts'
import { startMemorySampler } from '../../src/machine/memory-sampler.ts'
import { probeInterference } from '../../src/probes/interference.ts'
import { EmbeddedSupervisor } from '../../src/runtimes/embedded/supervisor.ts'
import { createOllamaRuntime } from '../../src/runtimes/ollama.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { canLimitGroups, createLimitedGroup } from './runtimes/limited-group.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { startHog } from './runtimes/memory-hog.ts'
import { startOllama } from './runtimes/ollama-server.ts'
import { preparedPath } from './runtimes/prepared-runtimes.ts'

const root = new URL('../..', import.meta.url).pathname
const tag = 'smollm2-135m-instruct'
const megabyte = 1e6
/** What a test has started, ended in reverse. */
const toEnd: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end()
})

function configOf(runtime: string, context: number, memory = ''): BenchConfig {
  return parseConfig(
    `
version: 1
runtimes: { runtime: ${runtime} }
lanes: { lane: { runtime: runtime, model: '${tag}', context: ${context}, negative_control: false } }
workloads:
  tickets: { title: Tickets, dataset: datasets/ticket-extraction, lanes: [lane], privacy: public, limits: { output_tokens: 16 } }
machine: { memory: { ${memory} } }`,
    'bench.config.yaml',
  )
}

/** A lane on a real runtime, and all that it writes down. */
function laneOf(config: BenchConfig, threads = 1) {
  const dataset = loadDatasetSync('datasets/ticket-extraction', root)
  const evidence: Evidence[] = []
  const lane = openLane({
    name: 'lane',
    workload: 'tickets',
    config,
    dataset,
    queue: createQueue(),
    append(facts) {
      const id = `${facts.kind}-${evidence.length}`
      const written = { ...facts, id, run_id: 'run', at: new Date().toISOString() } as Evidence
      evidence.push(written)
      return written
    },
    async connect() {
      return await connect(config, 'lane', async () => {
        const engine = new EmbeddedSupervisor({ models: [{ tag, path: preparedPath('weights') }], threads })
        toEnd.push(() => engine.stop())
        return await engine.start()
      })
    },
    hashWeights: (files) => hashWeights(files),
    controls: { recall: async () => undefined, remember: async () => undefined },
  })
  return {
    evidence,
    /** Loads, asks one record, and lets the sampler end. */
    async ask() {
      const [record] = dataset.records
      if (!record) throw new Error('the dataset has no record')
      try {
        await lane.present()
        return await lane.ask(record)
      } finally {
        await lane.settle()
      }
    },
    interfere: () => lane.probe((probed) => probeInterference(probed, 3)),
    verdict: () => judge('memory', { config, lane: 'lane', workload: 'tickets', evidence }),
    machine: () => assessMachineUse(evidence, config, 'lane'),
  }
}

async function freshOllama() {
  const server = await startOllama()
  toEnd.push(() => server.stop())
  await server.create(tag)
  return server
}

describeReal(['weights', 'llamaServer', 'ollama'], 'an estimate before a load', () => {
  const runtimes: Record<string, (context: number) => Promise<string>> = {
    embedded: async () => '{ kind: embedded }',
    'llama-server': async (context) => {
      const server = await startLlamaServer({ alias: tag, context })
      toEnd.push(() => server.stop())
      return `{ kind: llama-server, endpoint: '${server.endpoint}' }`
    },
    Ollama: async () => `{ kind: ollama, endpoint: '${(await freshOllama()).endpoint}' }`,
  }
  const cases = Object.keys(runtimes).flatMap((name) => [1024, 8192].map((context) => [name, context] as const))

  test.for(cases)(
    'agrees with what %s really takes with a context of %i',
    { timeout: 120_000 },
    async ([name, context]) => {
      const runtime = (await runtimes[name]?.(context)) as string
      const asked = laneOf(configOf(runtime, context))
      await asked.ask()
      const load = asked.machine()?.load
      process.stdout.write(`${name}, context ${context}: ${load?.text}\n`)
      expect(load).toMatchObject({ refused: false, taken_is: name === 'llama-server' ? 'all-of-it' : 'growth' })
      const { estimated_bytes = 0, taken_bytes = 0, most_bytes = 0 } = load ?? {}
      expect(estimated_bytes / taken_bytes).toBeLessThan(1.2)
      expect(estimated_bytes / most_bytes).toBeGreaterThan(0.8)
    },
  )
})

describeReal('weights', 'another program beside an answering lane', () => {
  const cases = [...new Set([1, availableParallelism()])]

  test.for(cases)('is timed idle and answering, with %i threads', { timeout: 120_000 }, async (threads) => {
    const asked = laneOf(configOf('{ kind: embedded }', 1024), threads)
    await asked.interfere()
    const found = asked.machine()?.interference
    process.stdout.write(`${threads} threads: ${found?.text}\n`)
    expect(found?.usability).not.toBe('not-measured')
    expect(found?.idle?.n).toBeGreaterThanOrEqual(40)
    expect(found?.interval?.lower).toBeGreaterThan(0.5)
    expect(found?.interval?.upper).toBeGreaterThanOrEqual(found?.ratio ?? Number.POSITIVE_INFINITY)
    expect(found?.largest_by_memory?.length).toBeGreaterThan(0)
  })
})

const limited = canLimitGroups() ? '' : ' (skipped: this user may not make control groups)'

describeReal(['weights', 'ollama'], `a control group with a limit${limited}`, () => {
  async function ollamaIn(limit: number) {
    const server = await freshOllama()
    const group = createLimitedGroup('bench-memo-test', limit)
    if (!group) throw new Error('no control group could be made')
    // The server must have ended before its group goes.
    toEnd.unshift(() => group.remove())
    group.add(server.pid)
    const runtime = createOllamaRuntime(server)
    const loaded = async () => (await runtime.list({ deadline_ms: 5_000 })).some((each) => each.loaded)
    return { runtime: `{ kind: ollama, endpoint: '${server.endpoint}' }`, loaded }
  }

  test.skipIf(limited)(
    'refuses a load that it has no room for, before anything is loaded, and fails the gate',
    async () => {
      const { runtime, loaded } = await ollamaIn(260 * megabyte)
      const asked = laneOf(configOf(runtime, 8192))
      await expect(asked.ask()).rejects.toMatchObject({
        code: 'insufficient-memory',
        message: expect.stringMatching(
          /was not loaded for lane: it should take 0\.3\d GB \(weights 0\.10 GB, cache for 8192 tokens 0\.19 GB\), and 0\.2\d GB can be taken before .*control group.*smaller context/,
        ),
      })
      expect(await loaded()).toBe(false)
      expect(asked.evidence.find(({ kind }) => kind === 'lane')).toMatchObject({
        rung: 'present',
        failure: { code: 'insufficient-memory' },
      })
      expect(asked.verdict()).toMatchObject({
        status: 'fail',
        reason: expect.stringMatching(/^the model was not loaded: it should take 34\d MB, and 23\d MB can be taken/),
      })
    },
    120_000,
  )

  test.skipIf(limited)(
    'takes the same model with a smaller context, and is watched more closely than the machine',
    async () => {
      const { runtime } = await ollamaIn(420 * megabyte)
      const asked = laneOf(configOf(runtime, 1024))
      expect(await asked.ask()).toMatchObject({ outcome: { state: 'answered' } })
      const memory = asked.evidence.find((each) => each.kind === 'memory')
      expect(memory?.cgroup).toMatchObject({ limit: expect.closeTo(420 * megabyte, -5), oom_kills: 0 })
      expect(memory?.cgroup?.used?.peak).toBeGreaterThan(60 * megabyte)
      expect(asked.verdict().status).toBe('pass')
      const tighter = laneOf(configOf(runtime, 1024, 'caution_used_percent: 5, critical_used_percent: 90'))
      await tighter.ask()
      expect(tighter.verdict()).toMatchObject({
        status: 'pass',
        condition: expect.stringContaining('memory in use of its control group (limit 420 MB) stays below 5 %'),
      })
    },
    120_000,
  )

  test.skipIf(limited)(
    'kills what does not fit where nobody refuses it, and the gate fails for that',
    async () => {
      const { runtime } = await ollamaIn(140 * megabyte)
      const asked = laneOf(configOf(runtime, 8192, 'refuse_load: false'))
      await asked.ask().catch(() => undefined)
      expect(asked.evidence.find((each) => each.kind === 'headroom')).toMatchObject({ refused: false })
      expect(asked.evidence.find((each) => each.kind === 'memory')?.cgroup?.oom_kills).toBeGreaterThan(0)
      expect(asked.verdict()).toMatchObject({
        status: 'fail',
        reason: expect.stringContaining('for want of memory'),
      })
    },
    120_000,
  )
})

describe('a memory hog beside the lane', () => {
  const hogBytes = 2.4e9
  /** Thresholds that the hog crosses and the rest of this machine, at work as it is, does not. */
  async function limits(sustained_seconds: number): Promise<string> {
    const used = (await readMachineMemory())?.used ?? Number.NaN
    const percent = (bytes: number): number => (100 * (used + bytes)) / totalmem()
    return `caution_used_percent: ${percent(0.4 * hogBytes).toFixed(2)}, critical_used_percent: ${percent(0.6 * hogBytes).toFixed(2)}, sustained_seconds: ${sustained_seconds}, trend_minutes: 0`
  }

  async function watchedWithHog(hold_ms: number, sustained_seconds: number) {
    const config = configOf('{ kind: embedded }', 1024, await limits(sustained_seconds))
    const sampler = await startMemorySampler(undefined, { interval_ms: 50 })
    await new Promise((resolve) => setTimeout(resolve, 500))
    const hog = await startHog(hogBytes)
    await new Promise((resolve) => setTimeout(resolve, hold_ms))
    await hog.letGo()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const facts = { kind: 'memory', id: 'm', run_id: 'r', at: '', lane: 'lane', workload: 'tickets' } as const
    return memoryState({ ...facts, ...(await sampler.stop()) }, config.machine.memory)
  }

  test('is critical where it stays, and a peak that decides nothing where it is gone at once', async () => {
    const short = await watchedWithHog(100, 5)
    expect(short).toMatchObject({ state: 'ok', findings: [{ text: expect.stringContaining('though a short peak') }] })
    const long = await watchedWithHog(3_500, 2)
    expect(long).toMatchObject({
      state: 'critical',
      findings: [{ text: expect.stringMatching(/^memory in use reached [\d.]+ %( for 2 s)?, critical is/) }],
    })
  }, 60_000)

  describeReal('weights', 'refuses a load', () => {
    test('while it leaves no room, and takes it when the hog is gone', async () => {
      const config = configOf('{ kind: embedded }', 1024, await limits(1))
      const hog = await startHog(hogBytes)
      toEnd.push(() => hog.letGo())
      const crowded = laneOf(config)
      await expect(crowded.ask()).rejects.toMatchObject({
        code: 'insufficient-memory',
        message: expect.stringContaining('nothing can be taken before the machine is critical'),
      })
      expect(crowded.verdict()).toMatchObject({
        status: 'fail',
        reason: expect.stringContaining('memory is critical already'),
      })
      await toEnd.pop()?.()
      await toEnd.pop()?.()
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(await laneOf(config).ask()).toMatchObject({ outcome: { state: 'answered' } })
    }, 120_000)
  })
})
