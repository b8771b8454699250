import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BenchConfig, LaneConfig } from '../../src/config/schema.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { judge } from '../../src/gates/judge.ts'
import type { Verdict } from '../../src/gates/verdict.ts'
import { openRuntime, type ServerConfig } from '../../src/lanes/open-runtime.ts'
import { probeWorker } from '../../src/probes/worker.ts'
import { createMiniProject, type MiniProject, type Ran } from '../support/mini-project.ts'
import { defaultModel, sampleWorkers, selectedModel, workerConfig, workersFolder } from '../support/worker-config.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { type OllamaServer, startOllama } from './runtimes/ollama-server.ts'
import { preparedPath } from './runtimes/prepared-runtimes.ts'

/** Sample workers against a real Ollama: the selected tag and the workers' default are different weights. */

const record = { id: 'r-1', input: 'Say hello in one word.', expected: {} }
const minutes = 4 * 60_000

describeReal(['ollama', 'weights', 'requantised'], 'worker paths to a real Ollama', () => {
  let ollama: OllamaServer
  beforeAll(async () => {
    ollama = await startOllama()
    await ollama.create(selectedModel)
    await ollama.create(defaultModel, preparedPath('requantised'))
  }, minutes)
  afterAll(() => ollama?.stop())

  async function run(worker: string): Promise<{ evidence: EvidenceOf<'worker'>; verdict: Verdict }> {
    const config: BenchConfig = workerConfig(`{ kind: ollama, endpoint: '${ollama.endpoint}' }`, worker)
    const facts = await probeWorker(
      { config, name: 'delegate', root: '/', record },
      {
        name: 'quality',
        lane: { ...(config.lanes.quality as LaneConfig), context: 512 },
        runtime: openRuntime(config.runtimes.server as ServerConfig),
        description: undefined,
        options_sha256: laneOptionsSha256(config, 'quality'),
      },
    )
    const base = { id: 'worker-1', run_id: 'run', at: new Date(0).toISOString() }
    const evidence = evidenceSchema.parse({ ...base, ...facts }) as EvidenceOf<'worker'>
    return { evidence, verdict: judge('worker', { config, lane: 'quality', workload: 'work', evidence: [evidence] }) }
  }

  test.for([
    ['right', 'pass', 'the selected model is the one in LOCAL_MODEL_TAG, on the wire and in the runtime'],
    ['drops the tag', 'fail', 'starts python3 delegate.py without LOCAL_MODEL_TAG'],
    ['swallows the exit code', 'fail', 'parts at its exit: it swallowed the failure'],
    ['answers without a model', 'fail', 'untapped: it ended with exit code 0'],
    ['falls back silently', 'fail', `is for ${defaultModel}, after one for ${selectedModel}: a silent fallback`],
    ['records another model', 'fail', `parts at its own record: it asked for ${selectedModel} and recorded`],
    ['curl', 'pass', 'LOCAL_MODEL_TAG was seen in 0 of 1 requests'],
    ['OpenAI client', 'pass', 'LOCAL_MODEL_TAG was seen in 0 of 1 requests'],
  ] as const)('a worker that is of the kind "%s": %s', { timeout: minutes }, async ([name, status, reason]) => {
    const { verdict, evidence } = await run(sampleWorkers[name])
    expect(verdict.status, verdict.reason).toBe(status)
    expect(verdict.reason).toContain(reason)
    expect(evidence.identity).toMatchObject({ tag: selectedModel, contradictions: [] })
    expect(['weights', 'mapped']).toContain(evidence.identity.level)
  })

  test("Ollama's own client, which loads the weights anew for its options, is no false alarm", {
    timeout: minutes,
  }, async () => {
    const { evidence, verdict } = await run(
      `command: ['${preparedPath('ollama')}', run, '{model}', '{input}']\npayload: arguments`,
    )
    expect(evidence.requests.map(({ path }) => path)).toEqual(expect.arrayContaining(['/api/show', '/api/generate']))
    expect(verdict.status, verdict.reason).toBe('pass')
  })

  test('a client that unloads the model when it is done is no false alarm', { timeout: minutes }, async () => {
    const { verdict } =
      await run(`command: [sh, -c, 'exec curl --silent --fail "http://$OLLAMA_HOST/api/chat" --data-binary @-']
payload: stdin
payload_template: { model: '{{model}}', messages: [{ role: user, content: '{{input}}' }], keep_alive: 0, options: { num_predict: 40, num_ctx: 512 } }`)
    expect(verdict.status, verdict.reason).toBe('pass')
  })

  describe('a whole run over a workload whose worker drops the tag', () => {
    let project: MiniProject
    let ran: Ran
    beforeAll(async () => {
      project = await createMiniProject({
        'bench.config.yaml': `
version: 1
runtimes:
  ollama: { kind: ollama, endpoint: '${ollama.endpoint}' }
lanes:
  local-quality: { runtime: ollama, model: '${selectedModel}', context: 2048 }
workloads:
  tickets:
    title: Tickets
    dataset: ../../../datasets/ticket-extraction
    lanes: [local-quality]
    privacy: public
    limits: { seconds_per_record: 60, output_tokens: 60, records: 2 }
    gates:
      validity: { consecutive: 2 }
      quality: { minimum_records: 2, minimum_share: 0 }
      latency: { minimum_records: 1 }
      context: { required: false }
workers:
  ticket-delegate:
    workload: tickets
    lane: local-quality
    folder: '${workersFolder}'
    command: ['${process.execPath}', forgetful-scheduler.mjs]
    payload: stdin
    endpoint_env: [OLLAMA_HOST]
    reports_model: { pointer: /observed_model }
`,
        'vitest.config.ts':
          "import benchMemo from '../../../src/plugin.ts'\nexport default { plugins: [benchMemo()], test: { include: [] } }\n",
        'evals/tickets.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('tickets')\n",
      })
      ran = await project.run(['--reporter=bench-memo'])
    }, minutes)
    afterAll(() => project?.remove())

    test('fails at the worker gate only, with the place and the fix', () => {
      expect(ran.exitCode, ran.output).toBe(1)
      expect(ran.output).toMatch(/worker gate: fail for tickets on local-quality/)
      expect(ran.output).toMatch(/starts python3 delegate\.py without LOCAL_MODEL_TAG/)
      expect(ran.output).not.toMatch(/(?:identity|validity|quality|latency|memory) gate: fail/)
    })

    test('shows the route today and the route after the named fix', async () => {
      const { workloads, next_steps } = JSON.parse(await project.read('.bench/memo.json'))
      const [tickets] = workloads
      expect(tickets.route).toMatchObject({ route: 'blocked', blocked: 'blocked-local' })
      expect(tickets.standings[0]).toMatchObject({ lane: 'local-quality', status: 'untrusted' })
      expect(tickets.route_after_fixes.route).toMatchObject({ route: 'local-primary', lane: 'local-quality' })
      const fix = 'pass selected_model on as LOCAL_MODEL_TAG in the environment with which'
      expect(tickets.route_after_fixes.fixes[0].text).toContain(fix)
      expect(next_steps[0].what).toContain(fix)
      expect(ran.output).toContain('after fixes: local-primary, autonomous, on local-quality')
      expect(await project.read('.bench/memo.md')).toContain('Route after named fixes')
    })
  })
})
