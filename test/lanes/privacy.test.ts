import { expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { loadDatasetSync } from '../../src/datasets/load.ts'
import { type LaneOptions, openLane } from '../../src/lanes/lane.ts'
import { createQueue } from '../../src/lanes/queue.ts'

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
