import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseRules } from '../../src/logs/compile-rules.ts'
import { findLogs } from '../../src/logs/find-logs.ts'
import { readJournal } from '../../src/logs/journal.ts'
import { scanLogs } from '../../src/logs/scan-logs.ts'
import { shippedRules } from '../../src/logs/shipped-rules.ts'
import { usualPlaces } from '../../src/logs/usual-places.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-scan-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const truncated = (time: string) =>
  `time=${time} level=WARN source=x.go:1 msg="truncating input prompt" limit=130 prompt=1410 keep=4 new=130\n`
const put = async (name: string, content: string | Buffer) => {
  await mkdir(join(folder, name, '..'), { recursive: true })
  await writeFile(join(folder, name), content)
}
const scan = async (paths: readonly string[], since?: string) =>
  scanLogs({ paths, units: [], folder, rules: await shippedRules(), since: since ? Date.parse(since) : undefined })

test('a log brings the files that it was rotated to along, the oldest first', async () => {
  const names = [
    'server.log',
    'server.log.1',
    'server.log.2.gz',
    'server.log.10.gz',
    'server.log-20261101',
    'server-3.log',
  ]
  for (const name of [...names, 'serverless.log', 'server.log.swp', 'server.conf']) await put(name, 'x\n')
  const { files } = await findLogs(['server.log'], folder)
  expect(files.map(({ name }) => name)).toEqual([
    'server.log-20261101',
    'server.log.10.gz',
    'server-3.log',
    'server.log.2.gz',
    'server.log.1',
    'server.log',
  ])
})

test('a file that several patterns or links name is read once, and files of one name are told apart', async () => {
  for (const name of ['a/x.log', 'b/x.log']) await put(name, truncated('2026-11-25T10:00:00Z'))
  await symlink(join(folder, 'a/x.log'), join(folder, 'link.log'))
  const { findings, sources } = await scan(['*/x.log', 'a', 'link.log', 'b/x.log'])
  expect(sources.map(({ name }) => name)).toEqual(['a/x.log', 'b/x.log'])
  expect(findings[0]).toMatchObject({
    count: 2,
    first: { file: 'a/x.log', line: 1 },
    last: { file: 'b/x.log', line: 1 },
  })
})

test('gzipped files are unpacked; one that is cut off gives what could be unpacked and says so', async () => {
  const whole = gzipSync(truncated('2026-11-25T10:00:00Z').repeat(3))
  await put('whole.log.gz', whole)
  const noise = Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919} of noise\n`).join('')
  await put('cut.log.gz', gzipSync(truncated('2026-11-25T11:00:00Z') + noise).subarray(0, 60_000))
  await put('none.log.gz', 'no gzip at all')
  const { findings, sources } = await scan(['*.gz'])
  expect(findings[0]?.count).toBe(4)
  const problems = Object.fromEntries(sources.map(({ name, problem }) => [name, problem]))
  expect(problems['whole.log.gz']).toBeUndefined()
  expect(problems['cut.log.gz']).toContain('not a whole gzip file')
  expect(problems['none.log.gz']).toContain('not a whole gzip file')
})

test('the rate is that over the time which the logs with matches cover, and absent where that is under a minute', async () => {
  await put(
    'long.log',
    `2026-11-25T10:00:00Z start\n${truncated('2026-11-25T11:00:00Z').repeat(5)}2026-11-25T12:00:00Z end\n`,
  )
  await put('other.log', '2026-01-01T00:00:00Z start\n2026-11-25T12:00:00Z end\n')
  expect((await scan(['long.log', 'other.log'])).findings[0]).toMatchObject({
    rate_per_hour: 2.5,
    covered_seconds: 7200,
  })
  await put('short.log', truncated('2026-11-25T10:00:00Z').repeat(5))
  expect((await scan(['short.log'])).findings[0]).not.toHaveProperty('rate_per_hour')
})

test('the rate is the same with a since, whatever empty file stands before the log', async () => {
  await put('a.log', '')
  await put('b.log', `2026-11-25T10:00:00Z start\n${truncated('2026-11-25T11:00:00Z')}2026-11-25T12:00:00Z end\n`)
  const { findings, sources } = await scan(['a.log', 'b.log'], '2026-11-25T10:00:00Z')
  expect(sources.map(({ name }) => name)).toEqual(['b.log'])
  expect(findings).toMatchObject([{ rate_per_hour: expect.closeTo(0.5), covered_seconds: 7200 }])
})

test('a log in UTF-16, which holds no text that a rule looks for, is not said to be read', async () => {
  const text = truncated('2026-11-25T10:00:00Z').repeat(3)
  await put('little.log', Buffer.from(`\ufeff${text}`, 'utf16le'))
  await put('big.log', Buffer.from(`\ufeff${text}`, 'utf16le').swap16())
  const { findings, sources } = await scan(['little.log', 'big.log'])
  expect(findings).toEqual([])
  for (const source of sources) expect(source).toMatchObject({ lines: 0, problem: expect.stringContaining('UTF-16') })
  expect(sources).toHaveLength(2)
})

test('with a since, earlier lines do not count and older files are not opened', async () => {
  await put('server.log', truncated('2026-11-25T09:59:59Z') + truncated('2026-11-25T10:00:00Z'))
  await put('server.log.1', truncated('2026-11-25T11:00:00Z'))
  const old = new Date('2026-11-20T00:00:00Z')
  await utimes(join(folder, 'server.log.1'), old, old)
  await utimes(join(folder, 'server.log'), new Date('2026-11-25T12:00:00Z'), new Date('2026-11-25T12:00:00Z'))
  const { findings, sources } = await scan(['server.log'], '2026-11-25T10:00:00Z')
  expect(findings).toMatchObject([{ count: 1, first_at: '2026-11-25T10:00:00.000Z', first: { line: 2 } }])
  expect(sources.map(({ name }) => name)).toEqual(['server.log'])
})

test('what is not there is named, and what is no file is left alone', async () => {
  await put('real.log', 'x\n')
  expect((await scan(['nothing*.log', 'missing/deep.log', '/dev/zero', 'real.log'])).missing).toEqual([
    'nothing*.log',
    'missing/deep.log',
    '/dev/zero',
  ])
})

test('models that are loaded in turn in two different logs do not evict each other', async () => {
  const load = (second: number, model: string) =>
    `time=2026-11-25T10:00:${String(second).padStart(2, '0')}Z level=INFO msg="starting llama-server" cmd="x --model /m/${model}"\n`
  const turns = Array.from({ length: 6 }, (_, index) => load(index, index % 2 ? 'a' : 'b')).join('')
  await put('a.log', load(0, 'a') + load(9, 'b') + load(20, 'a'))
  await put('b.log', load(1, 'b') + load(8, 'a') + load(21, 'b'))
  expect((await scan(['a.log', 'b.log'])).findings).toEqual([])
  await put('c.log', turns)
  expect((await scan(['c.log'])).findings).toMatchObject([{ rule: 'ollama-models-evict-each-other', count: 4 }])
  const unloaded = Array.from({ length: 6 }, (_, index) => load(index, 'a')).join('')
  await put('d.log', unloaded)
  expect((await scan(['d.log'])).findings).toEqual([])
})

test('more jobs than are followed at once are said to be, and those that come back often are found none the less', async () => {
  const line = (job: string, attempt: number) => `2026-11-25T10:00:00Z requeue job=${job} attempt=${attempt}\n`
  const storm = Array.from({ length: 5 }, (_, attempt) => line('J-storm', attempt)).join('')
  await put('queue.log', Array.from({ length: 25_000 }, (_, job) => line(`J-${job}`, 1)).join('') + storm)
  const { findings, bounds } = await scan(['queue.log'])
  expect(findings).toMatchObject([
    { rule: 'requeue-storm', count: 5, fields: { job: [{ value: 'J-storm', count: 5 }] } },
  ])
  expect(bounds).toEqual(['requeue-storm: follows 20000 values at once; 5001 older ones were forgotten'])
})

test('a count of no retries is no requeue, however often it is told', async () => {
  const told = (count: number) => `2026-11-25T10:00:00Z job=17 status=running retry_count=${count}\n`
  await put('calm.log', told(0).repeat(9) + '2026-11-25T10:00:00Z {"job":"18","requeue_count":0}\n'.repeat(9))
  await put('storm.log', [1, 2, 3, 10].map(told).join(''))
  expect((await scan(['calm.log'])).findings).toEqual([])
  expect((await scan(['storm.log'])).findings).toMatchObject([{ rule: 'requeue-storm', count: 4 }])
})

test('a number that must grow ends a series where it does not', async () => {
  const rules = parseRules(
    `version: 1
rules:
  - id: own
    detector: storm
    title: t
    remedy: r
    literals: [again]
    pattern: 'again job=(?P<job>\\w+) n=(?P<n>\\d+)'
    when: {kind: repeats, field: job, growing: n, times: 3}`,
    'own.yaml',
  )
  const count = async (...numbers: number[]) => {
    await put('own.log', numbers.map((number) => `again job=a n=${number}\n`).join(''))
    return (await scanLogs({ paths: ['own.log'], units: [], folder, rules })).findings[0]?.count
  }
  expect(await count(1, 2, 3, 4)).toBe(4)
  expect(await count(1, 2, 1, 2)).toBeUndefined()
  expect(await count(5, 5, 5)).toBeUndefined()
})

test('a machine without a journal, or a journal without the unit, is said in words', async () => {
  const path = process.env.PATH
  process.env.PATH = folder
  try {
    expect(await readJournal('ollama', undefined, () => undefined)).toBe('this machine has no journalctl')
    const lines = '2026-11-25T10:00:00.000000+0000 host ollama[7]: hello'
    await writeFile(join(folder, 'journalctl'), `#!/bin/sh\necho "${lines}"\n`, { mode: 0o755 })
    const pieces: Uint8Array[] = []
    expect(await readJournal('ollama', 0, (piece) => pieces.push(piece))).toBeUndefined()
    expect(Buffer.concat(pieces).toString()).toBe(`${lines}\n`)
    await writeFile(join(folder, 'journalctl'), '#!/bin/sh\necho "No permission" >&2\nexit 1\n', { mode: 0o755 })
    expect(await readJournal('ollama', undefined, () => undefined)).toBe('journalctl failed: No permission')
  } finally {
    process.env.PATH = path
  }
})

test.for(['/var/log/dpkg.log', '/var/log/alternatives.log', '/var/log/apt/history.log', '/var/log/apt/term.log'])(
  'a log of this machine that has nothing to do with models gives nothing: %s',
  async (path, { skip }) => {
    const { findings, sources } = await scan([path])
    skip(sources.length === 0, 'this machine has no such log')
    expect(findings).toEqual([])
  },
)

test('each system has its usual places, and only Linux has a journal', () => {
  expect(usualPlaces('linux', '/home/u')).toEqual({
    paths: ['/home/u/.ollama/logs/server*.log', '/home/u/.lmstudio/server-logs/*/*.log'],
    units: ['ollama'],
  })
  expect(usualPlaces('darwin', '/Users/u').units).toEqual([])
  expect(usualPlaces('win32', 'C:/Users/u').paths[0]).toContain('Ollama')
})
