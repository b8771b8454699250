import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { capabilityMemoSchema } from '../../src/assessment/capability-memo-schema.ts'
import type { ReadCombination } from '../../src/assessment/capability-reading.ts'
import { createMiniProject, type MiniProject } from '../support/mini-project.ts'
import { describeReal } from './runtimes/describe-real.ts'
import { startLlamaServer } from './runtimes/llama-server.ts'
import { startOllama } from './runtimes/ollama-server.ts'

/** What every real runtime makes of think, streams and schemas, through whole Vitest runs of one record. */

const tag = 'smollm2:135m'
const thinker = 'thinker:135m'
/** Knows the words of thinking, so that Ollama takes the model for one that thinks; the weights never do. */
const thinkingTemplate =
  '{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ if and (eq .Role "assistant") .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n'

type Capability = z.infer<typeof capabilityMemoSchema>

let project: MiniProject | undefined
let servers: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  servers = []
  await project?.remove()
  project = undefined
})

async function open(runtime: string, lane: string): Promise<void> {
  project = await createMiniProject({
    'bench.config.yaml': `
version: 1
fail_on: never
runtimes: { runtime: ${runtime} }
lanes: { lane: { runtime: runtime, capability_probe: { seconds: 120 }, latency_probe: { calls: 0 }, ${lane} } }
machine: { interference: { seconds: 0 } }
workloads:
  first: { title: First, dataset: ../../../datasets/ticket-extraction, lanes: [lane], privacy: private, limits: { seconds_per_record: 120, output_tokens: 40, records: 1 }, gates: { context: { required: false } } }
`,
    'vitest.config.ts':
      "import benchMemo from '../../../src/plugin.ts'\nexport default { plugins: [benchMemo()], test: { include: [] } }\n",
    'evals/first.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('first')\n",
  })
}

/** One more run of the project, as its memo tells it. */
async function run(): Promise<{ capability: Capability; markdown: string }> {
  const { output } = await (project as MiniProject).run()
  const memo = JSON.parse(await (project as MiniProject).read(join('.bench', 'memo.json')).catch(() => '{}'))
  const { capability } = memo.lanes?.find(({ lane }: { lane: string }) => lane === 'lane') ?? {}
  expect(capability, output).toBeDefined()
  const { record, readings } = capabilityMemoSchema.parse(capability)
  const failed = readings.flatMap(({ constraint }, index) =>
    constraint === 'failed' ? [record.combinations[index]] : [],
  )
  expect(failed).toEqual([])
  return {
    capability: capabilityMemoSchema.parse(capability),
    markdown: await (project as MiniProject).read(join('.bench', 'memo.md')),
  }
}

/** Readings of one endpoint and structure, as "off streamed: honoured". */
function seen({ readings }: Capability, endpoint: string, structure: ReadCombination['structure']): string[] {
  return readings
    .filter((each) => each.endpoint === endpoint && each.structure === structure)
    .map(({ think, stream, constraint }) => `${think}${stream ? ' streamed' : ''}: ${constraint}`)
}
const everyWay = (constraint: string, ...thinks: string[]) =>
  thinks.flatMap((think) => [`${think} streamed: ${constraint}`, `${think}: ${constraint}`])
const minutes = (n: number) => ({ timeout: n * 60_000 })

describeReal(['weights', 'llamaServer', 'ollama'], 'think, streams and schemas', () => {
  test('of the embedded engine are asked once, and carried to the next run', minutes(5), async () => {
    await open('{ kind: embedded, threads: 1 }', 'model: smollm2-135m-instruct, context: 1024')
    const first = await run()
    const chat = '/v1/chat/completions'
    expect(seen(first.capability, chat, 'json-schema')).toEqual(everyWay('honoured', 'off', 'on'))
    expect(seen(first.capability, chat, 'json-mode')).toEqual(everyWay('refused', 'off', 'on'))
    expect(seen(first.capability, chat, 'none')).toEqual(everyWay('answered', 'off', 'on'))
    const streams = first.capability.readings.filter(({ stream, constraint }) => stream && constraint === 'honoured')
    expect(streams.every(({ streamed_really, has_usage }) => streamed_really && has_usage)).toBe(true)
    expect(first.capability.findings).toEqual([])
    expect(first.capability.record).toMatchObject({ asked_because: 'nothing-earlier' })

    const second = await run()
    const { id, run_id, at, asked_because: _, ...facts } = first.capability.record
    expect(second.capability.record).toMatchObject({ ...facts, carried_from: { run_id, evidence_id: id, at } })
    expect(second.capability.record.run_id).not.toBe(run_id)
    expect(second.capability.readings).toEqual(first.capability.readings)
    // The origin stays the run that asked.
    expect((await run()).capability.record.carried_from).toEqual({ run_id, evidence_id: id, at })
    expect(second.markdown).toContain(`carried from ${run_id}`)
  })

  test('of llama-server: JSON mode and its completions endpoint drop what they are asked', minutes(5), async () => {
    const server = await startLlamaServer({ alias: tag, context: 1024 })
    servers.push(server)
    await open(`{ kind: llama-server, endpoint: '${server.endpoint}' }`, `model: '${tag}'`)
    const { capability, markdown } = await run()
    const chat = '/v1/chat/completions'
    expect(seen(capability, chat, 'json-schema')).toEqual(everyWay('honoured', 'off', 'on'))
    expect(seen(capability, chat, 'grammar')).toEqual(everyWay('honoured', 'off', 'on'))
    expect(seen(capability, chat, 'json-mode')).toEqual(everyWay('dropped', 'off', 'on'))
    expect(seen(capability, '/completion', 'json-schema')).toEqual(everyWay('honoured', 'unset'))
    expect(seen(capability, '/completion', 'grammar')).toEqual(everyWay('honoured', 'unset'))
    expect(seen(capability, '/v1/completions', 'json-schema')).toEqual(everyWay('dropped', 'unset'))
    expect(capability.findings).toEqual([])
    expect(markdown).toContain('| lane | `/v1/completions` | unset | yes, no | **dropped** | **dropped** | – |')
  })

  test(
    'of Ollama: thinking is refused where a model cannot, else the schema is honoured at all ends',
    minutes(5),
    async () => {
      const server = await startOllama()
      servers.push(server)
      await server.create(tag)
      await open(`{ kind: ollama, endpoint: '${server.endpoint}' }`, `model: '${tag}', think: true`)
      const { capability } = await run()
      for (const structure of ['json-schema', 'json-mode'] as const) {
        expect(seen(capability, '/api/chat', structure)).toEqual([
          ...everyWay('honoured', 'off'),
          ...everyWay('refused', 'on'),
        ])
        expect(seen(capability, '/v1/chat/completions', structure)).toEqual([
          ...everyWay('honoured', 'unset', 'off'),
          ...everyWay('refused', 'on'),
        ])
      }
      expect(seen(capability, '/api/generate', 'json-schema')).toEqual([
        ...everyWay('honoured', 'off'),
        ...everyWay('refused', 'on'),
      ])
      // The lane then asks without.
      expect(capability.record.own).toMatchObject({ endpoint: '/api/chat', think: 'off' })
      expect(capability.findings).toEqual([])
      expect((await run()).capability.record).toHaveProperty('carried_from')
    },
  )

  test('of Ollama: think on drops the schema silently, and the lane that asks so is told', minutes(5), async () => {
    const server = await startOllama()
    servers.push(server)
    await server.create(tag)
    await fetch(`${server.endpoint}/api/create`, {
      method: 'POST',
      body: JSON.stringify({ model: thinker, from: tag, template: thinkingTemplate, stream: false }),
    })
    await open(`{ kind: ollama, endpoint: '${server.endpoint}' }`, `model: '${thinker}', think: true`)
    const own = await run()
    expect(seen(own.capability, '/api/chat', 'json-schema')).toEqual([
      ...everyWay('honoured', 'off'),
      ...everyWay('dropped', 'on'),
    ])
    expect(own.capability.findings).toMatchObject([
      {
        text: expect.stringMatching(
          /^the lane asks in a way in which its schema is silently ignored: POST \/api\/chat, streamed, think on, .*write think: false in lanes: \{ lane \}$/,
        ),
      },
    ])
    expect(own.markdown).toContain('schema is silently ignored')
    await project?.remove()

    await open(
      `{ kind: openai-compatible, endpoint: '${server.endpoint}/v1', location: local }`,
      `model: '${thinker}', required_identity: echo`,
    )
    const foreign = await run()
    expect(seen(foreign.capability, '/v1/chat/completions', 'json-schema')).toEqual([
      ...everyWay('dropped', 'unset'),
      ...everyWay('honoured', 'off'),
      ...everyWay('dropped', 'on'),
    ])
    expect(foreign.capability.findings[0]?.text).toContain('give the runtime of lane its own kind')
    // Neither version nor weights are told here, so that nothing can be carried.
    expect((await run()).capability.record).toMatchObject({ asked_because: 'not-told-apart' })
  })
})
