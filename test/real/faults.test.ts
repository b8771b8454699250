import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BenchConfig, LaneConfig } from '../../src/config/schema.ts'
import { type FaultName, faultNames } from '../../src/evidence/fault-schema.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { type FaultOutcome, type FaultReaction, faultOutcome } from '../../src/gates/fault-outcome.ts'
import { openRuntime, type ServerConfig } from '../../src/lanes/open-runtime.ts'
import { probeFault } from '../../src/probes/faults.ts'
import { sampleWorkers, selectedModel, workerConfig } from '../support/worker-config.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { type LitellmServer, startLitellm } from './runtimes/litellm.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { type Relay, startRelay } from './runtimes/relay.ts'
import type { WatchedServer } from './runtimes/watched-server.ts'

const settings = 'faults: { seconds: 20, delay_seconds: 1 }'

describeReal(['litellm', 'llamaServer', 'weights'], 'faults of a real llama-server', () => {
  let server: WatchedServer
  const seen: string[][] = []
  beforeAll(async () => {
    server = await startLlamaServer({ alias: selectedModel, context: 1024 })
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    const rows = seen.map((row) => `| ${row.join(' | ')} |`).join('\n')
    if (rows !== '') process.stdout.write(`\n| path | fault | reaction | seen |\n| --- | --- | --- | --- |\n${rows}\n`)
  })

  async function outcomeOf(
    path: string,
    worker: string,
    fault: FaultName,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<FaultOutcome> {
    const runtime = `{ kind: openai-compatible, endpoint: '${server.endpoint}/v1', location: local }`
    const config: BenchConfig = workerConfig(runtime, `${worker}\n${settings}`)
    const record = { id: 'r-1', input: 'Say yes.', expected: {} }
    const facts = await probeFault(
      {
        ...{ config, name: 'delegate', root: '/', record, fault, fallbackAnswer: 'yes' },
        environment: { ...process.env, ...environment },
      },
      {
        name: 'quality',
        lane: config.lanes.quality as LaneConfig,
        runtime: openRuntime(config.runtimes.server as ServerConfig),
        description: undefined,
        options_sha256: laneOptionsSha256(config, 'quality'),
      },
    )
    const base = { id: 'fault-1', run_id: 'run', at: new Date(0).toISOString() }
    const outcome = faultOutcome(evidenceSchema.parse({ ...base, ...facts }) as EvidenceOf<'fault'>, { retries: 5 })
    seen.push([path, fault, outcome.reaction, outcome.why])
    return outcome
  }

  /** Where one answer is expected of a real client at each fault; others are told apart below. */
  const loud: Readonly<Record<FaultName, FaultReaction>> = {
    'connection-refused': 'failed-loudly',
    'connection-reset': 'failed-loudly',
    'http-503': 'failed-loudly',
    'http-429': 'failed-loudly',
    'time-out': 'hung',
    'cut-stream': 'failed-loudly',
    'malformed-json': 'failed-loudly',
    'wrong-model': 'wrong-model',
    'empty-answer': 'passed-on-nothing',
    'slow-first-token': 'answered',
  }

  test.for(faultNames)("OpenAI's own client at %s", { timeout: 60_000 }, async (fault) => {
    const { reaction, why } = await outcomeOf("OpenAI's client", sampleWorkers['OpenAI client'], fault)
    expect(reaction, why).toBe(loud[fault])
  })

  describe('behind a real LiteLLM', () => {
    let relay: Relay
    const gateways: LitellmServer[] = []
    beforeAll(async () => {
      relay = await startRelay()
      const endpoint = `http://127.0.0.1:${relay.port}/v1`
      const selected = { name: selectedModel, endpoint, model: selectedModel }
      gateways.push(
        await startLitellm([selected]),
        await startLitellm([selected, { name: 'other', endpoint, model: 'other' }], { [selectedModel]: 'other' }),
      )
    }, 240_000)
    afterAll(async () => {
      await Promise.all([relay?.close(), ...gateways.map((gateway) => gateway.stop())])
    })

    const through = (gateway: LitellmServer | undefined) => ({
      GATEWAY_URL: `${gateway?.endpoint}/v1`,
      GATEWAY_KEY: gateway?.key ?? '',
      RELAY_URL: relay.control,
    })
    const worker = `command: ['${process.execPath}', through-gateway.mjs]
payload: stdin
reports_model: { pointer: /observed_model }
environment: [GATEWAY_URL, GATEWAY_KEY, RELAY_URL]`

    test.for(faultNames)(
      'without a fallback, %s is failed loudly, waited for, or passed on as it came',
      {
        timeout: 60_000,
      },
      async (fault) => {
        const { reaction, why } = await outcomeOf('LiteLLM', worker, fault, through(gateways[0]))
        const accepted: Partial<Record<FaultName, readonly FaultReaction[]>> = {
          // It writes its own name into the answer, so that the wrong one is not even seen by its client.
          'wrong-model': ['wrong-model'],
          'empty-answer': ['passed-on-nothing'],
          'slow-first-token': ['answered'],
          'time-out': ['hung'],
        }
        expect(accepted[fault] ?? ['failed-loudly'], why).toContain(reaction)
      },
    )

    test.for(['connection-reset', 'http-503', 'http-429', 'cut-stream'] as const)(
      'with a fallback, %s ends in success with another model',
      { timeout: 60_000 },
      async (fault) => {
        const { reaction, why, isSafe } = await outcomeOf('LiteLLM, fallback', worker, fault, through(gateways[1]))
        expect(['wrong-model', 'undeclared-fallback'], why).toContain(reaction)
        expect(isSafe).toBe(false)
      },
    )
  })
})
