import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EvidenceError, readEvidence, uniteEvidence } from '../../src/evidence/read.ts'
import { openSpool } from '../../src/evidence/spool.ts'
import { completion } from '../support/evidence.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-'))
})
afterEach(() => rm(folder, { recursive: true }))

const incident = { kind: 'incident', what: 'w', remedy: 'r' } as const

describe('the spool', () => {
  test('has every record on disk when append returns, one line each', async () => {
    const spool = openSpool(folder, 'run')
    const first = spool.append(incident)
    expect(JSON.parse(await readFile(spool.file, 'utf8'))).toEqual(first)
    spool.append(incident)
    expect((await readFile(spool.file, 'utf8')).split('\n')).toHaveLength(3)
  })

  test('reads segments of several writers as one log, in the order of time', async () => {
    let now = 0
    const clock = () => {
      now += 1000
      return new Date(now)
    }
    const [one, two] = [openSpool(folder, 'run', clock), openSpool(folder, 'run', clock)]
    const written = [one.append(incident), two.append(incident), one.append(incident), two.append(incident)]
    expect((await readEvidence(folder)).evidence).toEqual(written)
  })

  test('leaves out a last line that a kill tore, and says which segment', async () => {
    const spool = openSpool(folder, 'run')
    spool.append(incident)
    await appendFile(spool.file, '{"kind":"inci')
    const { evidence, torn } = await readEvidence(folder)
    expect(evidence).toHaveLength(1)
    expect(torn).toHaveLength(1)
  })

  test('refuses a line that was changed, naming file and line', async () => {
    const spool = openSpool(folder, 'run')
    spool.append(incident)
    await appendFile(spool.file, '{"kind":"incident"}\n')
    await expect(readEvidence(folder)).rejects.toThrow(EvidenceError)
    await expect(readEvidence(folder)).rejects.toThrow(/\.jsonl:2 is not evidence/)
  })

  test('refuses to write what the schema does not know', () => {
    const spool = openSpool(folder, 'run')
    expect(() => spool.append({ ...incident, opinion: 'fine' } as never)).toThrow()
  })
})

describe('the union of evidence', () => {
  test('keeps one of equal copies', () => {
    const one = completion()
    expect(uniteEvidence([one, structuredClone(one)])).toEqual([one])
  })

  test('refuses two records of one id that differ', () => {
    const one = completion()
    expect(() => uniteEvidence([one, { ...one, workload: 'other' }])).toThrow(EvidenceError)
  })
})
