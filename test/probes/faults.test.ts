import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workerFaults } from '../../src/assessment/worker-faults.ts'
import type { BenchConfig, LaneConfig } from '../../src/config/schema.ts'
import { type FaultName, faultNames } from '../../src/evidence/fault-schema.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { type FaultOutcome, faultOutcome } from '../../src/gates/fault-outcome.ts'
import { openRuntime, type ServerConfig } from '../../src/lanes/open-runtime.ts'
import { faultsFor, probeFault } from '../../src/probes/faults.ts'
import { close } from '../runtimes/loopback-server.ts'
import { type SampleName, sampleWorkers, selectedModel, workerConfig } from '../support/worker-config.ts'

/** Answers like Ollama and like OpenAI, whatever model is asked for. */
let server: Server
let asked = 0
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.setHeader('content-type', 'application/json')
    if (request.method === 'GET') return void response.end(JSON.stringify({ data: [{ id: selectedModel }] }))
    const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string }
    asked += 1
    const message = { role: 'assistant', content: 'The database is down.' }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    response.end(
      JSON.stringify(
        request.url?.startsWith('/v1/')
          ? { id: '1', object: 'chat.completion', created: 0, model, choices }
          : { model, message, done: true, done_reason: 'stop' },
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => close(server))

const faulty = 'faults: { seconds: 6, delay_seconds: 0.5 }'
const fallback = 'fallback: { lane: cloud, endpoint_env: [FALLBACK_BASE_URL] }'

function configOf(name: SampleName, more = ''): BenchConfig {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const runtime = `{ kind: openai-compatible, endpoint: '${endpoint}', location: local }`
  const config = workerConfig(runtime, `${sampleWorkers[name]}\n${faulty}${more === '' ? '' : `\n${more}`}`, {
    cloudLane: true,
  })
  return config
}

async function evidenceOf(config: BenchConfig, fault: FaultName): Promise<EvidenceOf<'fault'>> {
  const record = { id: 'r-1', input: 'Database "eu-1" is down.', expected: {} }
  const facts = await probeFault(
    { config, name: 'delegate', root: '/', record, fault, fallbackAnswer: '{"summary":"down"}' },
    {
      name: 'quality',
      lane: config.lanes.quality as LaneConfig,
      runtime: openRuntime(config.runtimes.server as ServerConfig),
      description: undefined,
      options_sha256: laneOptionsSha256(config, 'quality'),
    },
  )
  const base = { id: `fault-${fault}`, run_id: 'run', at: new Date(0).toISOString() }
  return evidenceSchema.parse(JSON.parse(JSON.stringify({ ...base, ...facts }))) as EvidenceOf<'fault'>
}

async function outcomeOf(name: SampleName, fault: FaultName, more = ''): Promise<FaultOutcome> {
  const config = configOf(name, more)
  return faultOutcome(await evidenceOf(config, fault), { retries: 5 })
}

describe('a worker whose model server fails', () => {
  test.for([
    ['right', 'connection-refused', 'failed-loudly'],
    ['right', 'connection-reset', 'failed-loudly'],
    ['right', 'http-503', 'failed-loudly'],
    ['right', 'http-429', 'failed-loudly'],
    ['right', 'time-out', 'hung'],
    ['right', 'cut-stream', 'failed-loudly'],
    ['right', 'malformed-json', 'failed-loudly'],
    ['right', 'wrong-model', 'wrong-model'],
    ['right', 'empty-answer', 'passed-on-nothing'],
    ['right', 'slow-first-token', 'answered'],
    ['swallows the exit code', 'connection-refused', 'passed-on-nothing'],
    ['swallows the exit code', 'http-503', 'passed-on-nothing'],
    ['answers without a model', 'http-503', 'not-asked'],
    ['falls back silently', 'empty-answer', 'wrong-model'],
    ['retries at once', 'connection-reset', 'retried-without-bounds'],
    ['OpenAI client', 'http-503', 'failed-loudly'],
    ['OpenAI client', 'connection-refused', 'failed-loudly'],
    ['OpenAI client', 'time-out', 'hung'],
  ] as const)('that %s, at %s: %s', { timeout: 20_000 }, async ([name, fault, reaction]) => {
    expect(await outcomeOf(name, fault)).toMatchObject({ reaction })
  })

  test.for(faultNames.filter((name) => name !== 'slow-first-token'))(
    'falls back to the declared lane and says so, at %s',
    { timeout: 20_000 },
    async (fault) => {
      const before = asked
      expect(await outcomeOf('falls back carefully', fault, fallback)).toMatchObject({
        reaction: 'fell-back',
        isSafe: true,
        why: expect.stringContaining('it fell back to cloud and names cloud-model in its record'),
      })
      // The fallback's server is answered for.
      expect(asked - before).toBeLessThanOrEqual(3)
    },
  )

  test('shows how often and how far apart it retried: two retries with longer pauses, then a loud failure', async () => {
    const { reaction, retries, spacing_ms, why } = await outcomeOf('falls back carefully', 'http-503')
    expect({ reaction, retries }).toEqual({ reaction: 'failed-loudly', retries: 2 })
    expect(spacing_ms[0]).toBeGreaterThanOrEqual(95)
    expect(spacing_ms[1]).toBeGreaterThanOrEqual(195)
    expect(why).toContain('2 retries')
  }, 20_000)

  test("of OpenAI's own client shows its two retries", async () => {
    expect(await outcomeOf('OpenAI client', 'http-503')).toMatchObject({ reaction: 'failed-loudly', retries: 2 })
  }, 20_000)

  test('is not put to the test where its config does not ask for it', () => {
    const config = configOf('right')
    const { faults: _, ...calm } = config.workers.delegate as BenchConfig['workers'][string]
    expect(faultsFor(calm)).toEqual([])
    expect(faultsFor(config.workers.delegate as BenchConfig['workers'][string])).toEqual(faultNames)
  })

  test('counts under its settings of today only', async () => {
    const config = configOf('right')
    const evidence = [await evidenceOf(config, 'http-503')]
    expect(workerFaults(evidence, config)).toMatchObject([{ worker: 'delegate', fault: 'http-503', isSafe: true }])
    expect(workerFaults(evidence, configOf('swallows the exit code'))).toEqual([])
  }, 20_000)
})

describe('the reading of a fault', () => {
  const base: EvidenceOf<'fault'> = {
    kind: 'fault',
    id: 'fault-1',
    run_id: 'run',
    at: new Date(0).toISOString(),
    lane: 'quality',
    workload: 'work',
    worker: 'delegate',
    settings_sha256: 'a'.repeat(64),
    record_sha256: 'b'.repeat(64),
    fault: 'http-503',
    selected_model: 'big',
    exit: { state: 'exited', code: 0 },
    total_ms: 1,
    requests: [],
    stdout: { sha256: 'c'.repeat(64), characters: 0 },
    stderr: { sha256: 'c'.repeat(64), characters: 0 },
  }
  const request = fc.record({
    at_ms: fc.nat(10_000),
    through: fc.constantFrom('lane' as const, 'fallback' as const),
    requested_model: fc.constantFrom('big', 'small', 'cloud'),
    outcome: fc.constantFrom('answered' as const, 'failed' as const, 'cut' as const),
    faulty: fc.boolean(),
  })

  test('never calls an exit code of 0 safe without an answer that is declared and named, but for a late one', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 6 }),
        fc.constantFrom(...faultNames.filter((name) => name !== 'slow-first-token')),
        fc.option(fc.constantFrom('big', 'small', 'cloud'), { nil: undefined }),
        (requests, fault, reported_model) => {
          const { isSafe } = faultOutcome(
            {
              ...base,
              fault,
              requests,
              fallback_lane: 'cloud',
              fallback_model: 'cloud',
              ...(reported_model && { reported_model }),
            },
            { retries: 5 },
          )
          const isSaid = reported_model === 'cloud'
          const isAnswered = requests.some(
            ({ through, faulty: isFaulty, outcome }) => through === 'fallback' && !isFaulty && outcome === 'answered',
          )
          if (isSafe) expect({ isSaid, isAnswered }).toEqual({ isSaid: true, isAnswered: true })
        },
      ),
    )
  })

  test('never calls one that was ended by the bench, or that asks without bounds, safe', () => {
    const many = Array.from({ length: 7 }, (_, index) => ({
      at_ms: index * 1000,
      through: 'lane' as const,
      outcome: 'failed' as const,
      faulty: true,
    }))
    const failed = { state: 'exited', code: 1 } as const
    expect(faultOutcome({ ...base, requests: many, exit: failed }, { retries: 5 }).reaction).toBe(
      'retried-without-bounds',
    )
    expect(faultOutcome({ ...base, requests: many, exit: failed }, { retries: 6 }).reaction).toBe('failed-loudly')
    expect(faultOutcome({ ...base, exit: { state: 'timed-out', seconds: 3 } }, { retries: 5 }).isSafe).toBe(false)
  })
})
