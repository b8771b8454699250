import { expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { loadDatasetSync } from '../../src/datasets/load.ts'
import { type LaneOptions, openLane } from '../../src/lanes/lane.ts'
import { createQueue } from '../../src/lanes/queue.ts'
import type { Runtime } from '../../src/runtimes/runtime.ts'

const root = new URL('../..', import.meta.url).pathname

/** What the config's own check refuses, as a plugin or a test that tampers with the config could make it. */
function forgedLane(privacy: 'private' | 'public', contacts: string[]) {
  const config = parseConfig(
    `version: 1
runtimes: { provider: { kind: openai-compatible, location: cloud, endpoint: 'https://api.example.com/v1' } }
lanes: { cloud: { runtime: provider, model: large } }
workloads: { tickets: { title: Tickets, dataset: datasets/ticket-extraction, lanes: [cloud], privacy: public } }`,
    'bench.config.yaml',
  )
  const tickets = config.workloads.tickets
  const dataset = loadDatasetSync('datasets/ticket-extraction', root)
  const lane = openLane({
    name: 'cloud',
    workload: 'tickets',
    config: { ...config, workloads: { tickets: { ...tickets, privacy } } } as typeof config,
    dataset,
    queue: createQueue(),
    append: (facts) => ({ ...facts, id: 'e', run_id: 'r', at: '2026-01-01T00:00:00Z' }) as never,
    connect: async () => {
      contacts.push('connected')
      throw new Error('this test sends nothing')
    },
    hashWeights: async () => undefined,
  } as Partial<LaneOptions> as LaneOptions)
  return { lane, record: dataset.records[0] as (typeof dataset.records)[number] }
}

test('a private record is refused at the send to a cloud lane, whatever the config says', async () => {
  const contacts: string[] = []
  const { lane, record } = forgedLane('private', contacts)
  await expect(async () => lane.ask(record)).rejects.toMatchObject({
    code: 'off-premises',
    message: 'Tickets is private and cloud is a cloud lane: nothing was sent',
  })
  expect(contacts).toEqual([])
})

test('a public one is sent', async () => {
  const contacts: string[] = []
  const { lane, record } = forgedLane('public', contacts)
  await lane.ask(record).catch(() => undefined)
  expect(contacts).toEqual(['connected'])
})

test('a private record is refused where a local tag turns out to be served by a cloud', async () => {
  const config = parseConfig(
    `version: 1
runtimes: { box: { kind: ollama } }
lanes: { local: { runtime: box, model: 'large:cloud' } }
workloads: { tickets: { title: Tickets, dataset: datasets/ticket-extraction, lanes: [local] } }`,
    'bench.config.yaml',
  )
  const dataset = loadDatasetSync('datasets/ticket-extraction', root)
  const asked: string[] = []
  const tag = { tag: 'large:cloud', served_elsewhere: 'large at https://ollama.example' }
  const lane = openLane({
    name: 'local',
    workload: 'tickets',
    config,
    dataset,
    queue: createQueue(),
    append: (facts) => ({ ...facts, id: 'e', run_id: 'r', at: '2026-01-01T00:00:00Z' }) as never,
    connect: async () => {
      const runtime: Runtime = {
        kind: 'ollama',
        obeys_prefix_cache: false,
        refuses_unknown_tags: true,
        health: async () => ({ state: 'ready' }),
        list: async () => [tag],
        describe: async () => tag,
        load: async () => ({ loaded_now: false, total_ms: 0 }),
        chat: async ({ messages }) => {
          asked.push(...messages.map(({ content }) => content))
          throw new Error('this test sends nothing')
        },
        unload: async () => undefined,
      }
      return { runtime }
    },
    hashWeights: async () => undefined,
    controls: { recall: async () => undefined, remember: async () => undefined },
  } as Partial<LaneOptions> as LaneOptions)
  await expect(lane.ask(dataset.records[0] as (typeof dataset.records)[number])).rejects.toMatchObject({
    code: 'off-premises',
    message: expect.stringContaining('is really served by large at https://ollama.example: nothing was sent'),
  })
  expect(asked.join()).not.toContain(dataset.records[0]?.input)
})
