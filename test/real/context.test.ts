import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import type { EvidenceOf } from '../../src/evidence/schema.ts'
import { evidenceOfRun } from '../support/evidence-of-run.ts'
import { createMiniProject, type MiniProject } from '../support/mini-project.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { startOllama } from './runtimes/ollama-server.ts'

/** What every real runtime does with a prompt over its context, through a whole Vitest run of two records. */

const tag = 'smollm2:135m'
const context = 1024

interface Seen {
  readonly probes: readonly EvidenceOf<'context'>[]
  readonly lane: z.infer<typeof memoSchema>['lanes'][number]
  readonly verdicts: ReadonlyMap<string, z.infer<typeof memoSchema>['workloads'][number]['standings'][number]>
  readonly output: string
}

let project: MiniProject | undefined
let servers: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  servers = []
  await project?.remove()
})

/** One lane at two workloads, so that two workers come and go. */
async function run(runtime: string, lane: string, dataset = 'ticket-extraction'): Promise<Seen> {
  const workload = (title: string) =>
    `{ title: ${title}, dataset: ../../../datasets/${dataset}, lanes: [lane], privacy: public, limits: { seconds_per_record: 120, output_tokens: 40, records: 1 } }`
  project = await createMiniProject({
    'bench.config.yaml': `
version: 1
fail_on: never
runtimes: { runtime: ${runtime} }
lanes: { lane: { runtime: runtime, ${lane} } }
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
  const evidence = await evidenceOfRun(project.folder)
  const memo = memoSchema.parse(JSON.parse(await project.read(join('.bench/runs', name, 'memo.json'))))
  return {
    probes: evidence.filter((each): each is EvidenceOf<'context'> => each.kind === 'context'),
    lane: memo.lanes.find((each) => each.lane === 'lane') as Seen['lane'],
    verdicts: new Map(memo.workloads.map((each) => [each.workload, each.standings[0] as never])),
    output: `${output}\n${JSON.stringify(memo.lanes, undefined, 1)}`,
  }
}
const gate = ({ verdicts }: Seen, workload: string) =>
  verdicts.get(workload)?.verdicts.find((verdict) => verdict.gate === 'context')

/** Filled to its end by the server's own count, and a longer prompt refused; probed once for two workloads. */
function expectWholeAndLoud(seen: Seen, in_force: number): void {
  expect(seen.probes, seen.output).toHaveLength(1)
  const [probe] = seen.probes
  expect(probe?.over?.outcome, seen.output).toMatchObject({ state: 'failed', code: 'context-exceeded' })
  expect(probe?.fitting?.outcome).toMatchObject({
    state: 'answered',
    prompt_tokens: probe?.fitting?.expected_prompt_tokens,
  })
  expect(gate(seen, 'first')).toMatchObject({ status: 'pass' })
  expect(gate(seen, 'second')).toMatchObject({ status: 'pass' })
  expect(seen.lane.context).toMatchObject({ trained: 8192, in_force, effective: { bound: 'at-least', by: 'counted' } })
  expect(seen.lane.context.effective?.tokens).toBeGreaterThan(0.9 * in_force)
  expect(seen.lane.context.effective?.tokens).toBeLessThanOrEqual(in_force)
  expect(seen.lane.placement).toMatchObject({ where: 'cpu', findings: [] })
}

describeReal(['weights', 'llamaServer', 'ollama'], 'a prompt over the context', () => {
  const minutes = (n: number) => ({ timeout: n * 60_000 })

  test('is refused by the embedded engine', minutes(5), async () => {
    const seen = await run('{ kind: embedded, threads: 1 }', `model: smollm2-135m-instruct, context: ${context}`)
    expectWholeAndLoud(seen, context)
    expect(seen.lane.context.configured).toBe(context)
  })

  test('is refused by llama-server', minutes(5), async () => {
    const server = await startLlamaServer({ alias: tag, context })
    servers.push(server)
    const seen = await run(`{ kind: llama-server, endpoint: '${server.endpoint}' }`, `model: '${tag}'`)
    expectWholeAndLoud(seen, context)
    expect(seen.lane.context).not.toHaveProperty('configured')
  })

  test('is refused by Ollama, which is asked not to cut it off', minutes(5), async () => {
    const server = await startOllama()
    servers.push(server)
    await server.create(tag)
    const seen = await run(`{ kind: ollama, endpoint: '${server.endpoint}' }`, `model: '${tag}', context: ${context}`)
    expectWholeAndLoud(seen, context)
  })

  test('is cut off silently by Ollama behind its /v1: caught, untrusted, with a remedy', minutes(5), async () => {
    const server = await startOllama({ environment: { OLLAMA_CONTEXT_LENGTH: String(context) } })
    servers.push(server)
    await server.create(tag)
    const seen = await run(
      `{ kind: openai-compatible, endpoint: '${server.endpoint}/v1', location: local }`,
      `model: '${tag}', required_identity: echo, context_probe: { maximum_tokens: 2048 }`,
    )
    expect(server.log()).toContain('truncating input prompt')
    expect(seen.probes, seen.output).toHaveLength(1)
    for (const workload of ['first', 'second']) {
      expect(gate(seen, workload), seen.output).toMatchObject({ status: 'fail' })
      expect(gate(seen, workload)?.reason).toContain('cut off silently')
      expect(gate(seen, workload)?.remedy).toContain('runtimes: { runtime: { kind: ollama } }')
      expect(seen.verdicts.get(workload)?.status).toBe('untrusted')
    }
    expect(seen.lane.context.effective).toMatchObject({ bound: 'at-most', by: 'counted' })
    expect(seen.lane.context.effective?.tokens).toBeLessThan(context)
  })

  test('is caught at the record itself where its prompt has fewer tokens than words', minutes(5), async () => {
    const server = await startOllama({ environment: { OLLAMA_CONTEXT_LENGTH: '256' } })
    servers.push(server)
    await server.create(tag)
    const seen = await run(
      `{ kind: openai-compatible, endpoint: '${server.endpoint}/v1', location: local }`,
      `model: '${tag}', required_identity: echo, context_probe: { maximum_tokens: 512 }`,
      'architecture-review',
    )
    for (const workload of ['first', 'second']) {
      expect(gate(seen, workload), seen.output).toMatchObject({
        status: 'fail',
        offender: {
          why: expect.stringMatching(/^the server counted \d+ prompt tokens where the text has at least \d+$/),
        },
      })
    }
  })
})
