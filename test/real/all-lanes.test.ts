import { platform } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Completion, Evidence, EvidenceOf } from '../../src/evidence/schema.ts'
import { evidenceOfRun } from '../support/evidence-of-run.ts'
import { createMiniProject, type MiniProject, type Ran } from '../support/mini-project.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { type OllamaServer, startOllama } from './runtimes/ollama-server.ts'
import type { WatchedServer } from './runtimes/watched-server.ts'

/** One eval, the same records, through every runtime that runs here; llama-server stands for a cloud as well. */

const tag = 'smollm2:135m'
const key = 'the-key-of-the-pretended-cloud'
const records = 4
const lanes = ['embedded', 'llama-server', 'ollama', 'cloud'] as const

const config = (server: string, ollama: string, cloud: string) => `
version: 1
fail_on: never
runtimes:
  embedded: { kind: embedded, threads: 1 }
  llama-server: { kind: llama-server, endpoint: '${server}' }
  ollama: { kind: ollama, endpoint: '${ollama}' }
  cloud: { kind: openai-compatible, endpoint: '${cloud}/v1', location: cloud, api_key_env: PRETENDED_CLOUD_KEY }
lanes:
  embedded: { runtime: embedded, model: smollm2-135m-instruct, context: 2048 }
  llama-server: { runtime: llama-server, model: '${tag}' }
  ollama: { runtime: ollama, model: '${tag}', context: 2048 }
  cloud: { runtime: cloud, model: '${tag}' }
workloads:
  tickets:
    title: Tickets
    dataset: ../../../datasets/ticket-extraction
    lanes: [cloud, embedded, llama-server, ollama]
    privacy: public
    limits: { seconds_per_record: 60, output_tokens: 60, records: ${records} }
    gates:
      validity: { consecutive: ${records} }
      quality: { minimum_records: ${records}, minimum_share: 0 }
      latency: { minimum_records: 2 }
  again:
    title: The same once more
    dataset: ../../../datasets/ticket-extraction
    lanes: [ollama, llama-server]
    privacy: private
    limits: { seconds_per_record: 60, output_tokens: 60, records: 1 }
`

describeReal(['llamaServer', 'ollama', 'weights'], 'one run over all runtimes', () => {
  let project: MiniProject
  let servers: WatchedServer[] = []
  let ollama: OllamaServer
  let run: Ran
  let evidence: readonly Evidence[]

  beforeAll(async () => {
    const server = await startLlamaServer({ alias: tag })
    const cloud = await startLlamaServer({ alias: tag, extraArguments: ['--api-key', key] })
    ollama = await startOllama()
    servers = [server, cloud, ollama]
    await ollama.create(tag)
    const standard = (workload: string) => `import { describe } from 'bench-memo'\ndescribe.lane('${workload}')\n`
    project = await createMiniProject({
      'bench.config.yaml': config(server.endpoint, ollama.endpoint, cloud.endpoint),
      'vitest.config.ts':
        "import benchMemo from '../../../src/plugin.ts'\nexport default { plugins: [benchMemo()], test: { include: [] } }\n",
      'evals/tickets.eval.ts': standard('tickets'),
      'evals/again.eval.ts': standard('again'),
    })
    run = await project.run(['--reporter=bench-memo'], { env: { PRETENDED_CLOUD_KEY: key } })
    evidence = await evidenceOfRun(project.folder)
  }, 10 * 60_000)
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await project?.remove()
  })

  const completions = (lane: string, workload = 'tickets') =>
    evidence.filter(
      (each): each is Completion => each.kind === 'completion' && each.lane === lane && each.workload === workload,
    )
  const answered = (lane: string) =>
    completions(lane).flatMap(({ outcome }) => (outcome.state === 'answered' ? [outcome] : []))

  test('answers every record on every lane, within the schema', () => {
    for (const lane of lanes) {
      expect(answered(lane), `${lane}\n${run.output}`).toHaveLength(records)
      expect(answered(lane).map(({ examination }) => examination.json)).toEqual(Array(records).fill('valid'))
      expect(answered(lane).map(({ examination }) => examination.schema_errors)).toEqual(Array(records).fill([]))
    }
    expect(run.exitCode, run.output).toBe(0)
  })

  test('proves the weights on every local lane, and of the cloud no more than a name', () => {
    for (const lane of ['embedded', 'llama-server', 'ollama']) {
      // On Linux the serving process is seen to map the file; Ollama starts its runner with --no-mmap at times.
      const expected = platform() !== 'linux' ? ['weights'] : lane === 'ollama' ? ['weights', 'mapped'] : ['mapped']
      const levels = new Set(completions(lane).map(({ identity }) => identity.level))
      expect(levels.size, lane).toBe(1)
      expect(expected, lane).toContain([...levels][0])
    }
    expect(completions('cloud').map(({ identity }) => identity.level)).toEqual(Array(records).fill('echo'))
    const [embedded] = completions('embedded')
    const [server] = completions('llama-server')
    expect(server?.identity.weights_sha256).toBe(embedded?.identity.weights_sha256)
  })

  test('tells cold, warm and prefix-cached apart, and how each is known', () => {
    const states = (lane: string) => answered(lane).map(({ timing }) => `${timing.state} by ${timing.state_by}`)
    const rest = (state: string) => Array(records - 1).fill(state)
    expect(states('embedded')).toEqual(['cold by load', ...rest('warm by server')])
    expect(states('llama-server')).toEqual(['cold by load', ...rest('warm by server')])
    expect(states('ollama')).toEqual(['cold by load', ...rest('prefix-cached by not-excluded')])
    // OpenAI's API cannot forbid the cache, and this server counts what it took from there.
    expect(states('cloud')).toEqual(['warm by server', ...rest('prefix-cached by server')])
  })

  test('has tokens and times of the runtime itself on every lane', () => {
    for (const lane of lanes) {
      for (const { usage, timing } of answered(lane)) {
        expect(usage, lane).toMatchObject({ prompt_tokens: expect.any(Number), output_tokens: expect.any(Number) })
        expect(timing.server_generation_ms, lane).toBeGreaterThan(0)
        expect(timing.server_generation_ms, lane).toBeLessThan(timing.total_ms + 20)
      }
    }
  })

  test('loads a model once, whatever the number of files: the log of the server says so', () => {
    expect(completions('ollama', 'again')).toHaveLength(1)
    expect(ollama.log().match(/msg="starting llama-server"/g)).toHaveLength(1)
    expect(completions('ollama', 'again')[0]?.identity.load_id_before).toBe(
      completions('ollama')[0]?.identity.load_id_after,
    )
  })

  test('measures the memory of the process that serves, its children included', () => {
    for (const lane of ['embedded', 'llama-server', 'ollama']) {
      const memory = evidence.find(
        (each): each is EvidenceOf<'memory'> =>
          each.kind === 'memory' && each.lane === lane && each.workload === 'tickets',
      )
      expect(memory?.serving_rss?.peak, lane).toBeGreaterThan(90_000_000)
    }
  })

  test('asks every lane once for a tag that cannot exist, whatever the number of files', () => {
    const controls = lanes.map((lane) => [
      lane,
      ...new Set(
        evidence.flatMap((each) => (each.kind === 'lane' && each.lane === lane ? (each.negative_control ?? []) : [])),
      ),
    ])
    expect(controls).toEqual([
      ['embedded', 'refused'],
      // After its records: it would have answered this instead of them as the first one.
      ['llama-server', 'not-asked', 'answered'],
      ['ollama', 'refused'],
      ['cloud', 'not-asked', 'answered'],
    ])
    expect(ollama.log().match(/404 .*POST/g)).toHaveLength(1)
  })

  test('keeps the key of the cloud out of everything that it writes', async () => {
    expect(JSON.stringify(evidence)).not.toContain(key)
    expect(run.output).not.toContain(key)
    expect(await project.read('.bench/memo.md')).toContain('`PRETENDED_CLOUD_KEY`')
  })

  test('asks one lane after another, local ones before the cloud', () => {
    const order = evidence
      .filter((each): each is Completion => each.kind === 'completion')
      .toSorted((one, other) => one.at.localeCompare(other.at))
      .map(({ lane }) => lane)
    expect(order.filter((lane, index) => lane !== order[index - 1])).toEqual(lanes)
  })
})
