import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scanLogs } from '../../src/logs/scan-logs.ts'
import { shippedRules } from '../../src/logs/shipped-rules.ts'

interface Header {
  readonly origin: 'induced' | 'synthetic' | 'healthy'
  readonly program?: string
  readonly version?: string
  readonly how?: string
  readonly source?: string
  readonly rules?: readonly string[]
  readonly also?: readonly string[]
}

const folder = join(import.meta.dirname, 'fixtures')
const rules = await shippedRules()
const logs = await Promise.all(
  (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map(async (name) => ({
      name,
      path: join(folder, name),
      header: JSON.parse(await readFile(join(folder, name.replace(/\.log$/, '.header.json')), 'utf8')) as Header,
    })),
)
const faulty = logs.filter(({ header }) => header.origin !== 'healthy')
const scan = (path: string) => scanLogs({ paths: [path], units: [], folder, rules })

test.for(faulty)('$name is found to hold its fault and no other', async ({ path, header }) => {
  const found = (await scan(path)).findings.map(({ rule }) => rule)
  expect(found).toEqual(expect.arrayContaining([...(header.rules ?? [])]))
  expect(found.filter((rule) => ![...(header.rules ?? []), ...(header.also ?? [])].includes(rule))).toEqual([])
})

test.for(logs.filter(({ header }) => header.origin === 'healthy'))('$name gives nothing', async ({ path }) => {
  const { findings, sources } = await scan(path)
  expect(findings).toEqual([])
  expect(sources[0]?.lines).toBeGreaterThan(200)
})

test('every rule that finds faults has met one, and says induced only where a real program wrote its lines', () => {
  for (const { rule } of rules.filter((each) => each.condition.kind !== 'sample')) {
    const origins = faulty.flatMap(({ header }) => (header.rules?.includes(rule.id) ? [header.origin] : []))
    expect([rule.id, origins.includes('induced') ? 'induced' : origins[0]]).toEqual([rule.id, rule.evidence])
    if (rule.evidence === 'synthetic') expect([rule.id, rule.source]).toEqual([rule.id, expect.any(String)])
  }
})

test('every fixture names its program, version and how it came about, or its source', () => {
  for (const { header } of logs) {
    expect(header).toMatchObject(
      header.origin === 'synthetic'
        ? { source: expect.any(String) }
        : { program: expect.any(String), version: expect.any(String), how: expect.any(String) },
    )
  }
})

test('no fixture holds a path, an address or a key of the machine that it was captured on', async () => {
  for (const { path } of logs) {
    expect(await readFile(path, 'utf8')).not.toMatch(/\/root\/|\/work\/|ssh-ed25519 A|on (?!192\.0\.2\.)[\d.]+:53/)
  }
})

test('a queue log counts the job that came back, not the one that came back once', async () => {
  const { findings, blocks, queue } = await scan(join(folder, 'requeue-storm/worker-queue.log'))
  expect(findings.find(({ rule }) => rule === 'requeue-storm')).toMatchObject({
    count: 5,
    first_at: '2026-05-05T08:00:05.002Z',
    last_at: '2026-05-05T08:04:05.011Z',
    fields: { job: [{ value: 'summary-0412', count: 5 }] },
    first: { file: 'worker-queue.log', line: 2 },
    last: { file: 'worker-queue.log', line: 8 },
  })
  expect(blocks.map(({ lines, new_jobs }) => [lines, new_jobs])).toEqual([
    [2, 2],
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 0],
  ])
  expect(queue).toEqual([
    { minute: '2026-05-05T08:00:00.000Z', depth: 4 },
    { minute: '2026-05-05T08:04:00.000Z', depth: 9 },
  ])
})

test('what stands in a line beside the matched fields is never shown', async () => {
  const facts = await scan(join(folder, 'blocked/governor.log'))
  expect(facts.findings).toHaveLength(1)
  expect(facts.findings[0]).toMatchObject({ count: 3, fields: { lane: [{ value: 'local-quality', count: 3 }] } })
  expect(JSON.stringify(facts)).not.toMatch(/Jane|example\.org|patient/)
})

test('a summary of success is a finding only where errors were logged since the last one', async () => {
  const { findings } = await scan(join(folder, 'misleading-success/nightly.log'))
  expect(findings).toMatchObject([
    { rule: 'success-despite-errors', count: 1, first: { line: 4 }, fields: { errors_before: [{ value: '2' }] } },
  ])
})
