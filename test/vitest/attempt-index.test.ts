import { mkdir, mkdtemp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Completion } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import { openAttemptIndex } from '../../src/vitest/attempt-index.ts'
import { type CompletionChanges, completion } from '../support/evidence.ts'

const trial_sha256 = sha256('trial')
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-attempts-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function answered(run_id: string, changes: CompletionChanges = {}): Completion {
  return { ...completion(changes), run_id, trial_sha256, checks_sha256: sha256('checks') }
}

async function writeRun(run: string, completions: readonly Completion[], { ended = true } = {}): Promise<void> {
  const evidence = join(folder, 'runs', run, 'evidence')
  await mkdir(evidence, { recursive: true })
  await writeFile(join(evidence, '1-a.jsonl'), completions.map((each) => `${JSON.stringify(each)}\n`).join(''))
  if (ended) await writeFile(join(folder, 'runs', run, 'memo.json'), '{}')
}
const indexFile = () => readFile(join(folder, 'attempts.jsonl'), 'utf8').catch(() => '')
const earlier = (own = 'now', trial = trial_sha256) => openAttemptIndex(folder, own).earlier(trial)
const runsOf = async (own?: string) => (await earlier(own)).map(({ run_id }) => run_id)

describe('the index of attempts', () => {
  test('knows the runs that answered the same trial, the oldest first, and not the run that is on', async () => {
    await writeRun('a', [answered('a')])
    await writeRun('b', [answered('b')])
    await writeRun('now', [answered('now')])
    expect(await runsOf()).toEqual(['a', 'b'])
    expect(await earlier('now', sha256('another trial'))).toEqual([])
  })

  test('stores equal answers once, and still knows them of every run', async () => {
    await writeRun('a', [answered('a', { total_ms: 10 })])
    await writeRun('b', [answered('b', { total_ms: 20 })])
    await writeRun('c', [answered('c', { examination: { json: 'not-json' } })])
    const [a, b, c] = await earlier()
    expect((await indexFile()).match(/"answers":/g)).toHaveLength(2)
    expect(b?.answers).toEqual(a?.answers)
    expect(c?.answers[0]?.outcome.examination.json).toBe('not-json')
  })

  test('keeps two trials apart that were answered alike', async () => {
    await writeRun('a', [answered('a'), { ...answered('a'), trial_sha256: sha256('another trial') }])
    for (const trial of [trial_sha256, sha256('another trial')]) expect(await earlier('now', trial)).toHaveLength(1)
  })

  test('says the same once it is read from its file, and knows a run whose folder was removed', async () => {
    await writeRun('a', [answered('a')])
    const first = await earlier()
    await rm(join(folder, 'runs', 'a'), { recursive: true })
    expect(await earlier()).toEqual(first)
  })

  test('counts a killed run each time, and writes it down once it can be over only', async () => {
    await writeRun('a', [answered('a')], { ended: false })
    expect(await runsOf()).toEqual(['a'])
    expect(await indexFile()).toBe('')
    const longAgo = new Date(Date.now() - 2 * 24 * 3_600_000)
    await utimes(join(folder, 'runs', 'a', 'evidence'), longAgo, longAgo)
    expect(await runsOf()).toEqual(['a'])
    expect(await indexFile()).toContain('{"indexed":"a"}')
  })

  test('is made whole again where a kill tore its last line', async () => {
    await writeRun('a', [answered('a')])
    await writeRun('b', [answered('b', { record: 'r-2' })])
    const whole = await earlier()
    await truncate(join(folder, 'attempts.jsonl'), (await indexFile()).length - 40)
    expect(await earlier()).toEqual(whole)
    expect(await earlier()).toEqual(whole)
  })

  test('holds no text: of prompt and answer no more than hashes', async () => {
    const plain = answered('a')
    if (plain.outcome.state !== 'answered') throw new Error('it answers')
    plain.outcome.answer = { ...plain.outcome.answer, text: 'said in private' }
    await writeRun('a', [{ ...plain, prompt: { ...plain.prompt, text: 'asked in private' } }])
    await earlier()
    expect(await indexFile()).not.toContain('in private')
  })

  test('leaves calls without an answer out, and answers that were only judged again', async () => {
    const again = answered('b')
    if (again.outcome.state !== 'answered') throw new Error('it answers')
    again.outcome.timing = { ...again.outcome.timing, state: 'rejudged' }
    await writeRun('a', [{ ...answered('a'), outcome: completion({ failed: { code: 'unreachable' } }).outcome }])
    await writeRun('b', [again])
    expect(await earlier()).toEqual([])
  })

  test('is empty where nothing was measured yet', async () => {
    expect(await earlier()).toEqual([])
  })
})
