import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { show } from '../../src/cli/show.ts'
import { sha256, storeText } from '../../src/evidence/stored-text.ts'
import { completion, goodExamination } from '../support/evidence.ts'

type Privacy = 'public' | 'internal' | 'private'
const input = 'Please call back.'
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true })
  await writeFile(join(folder, file), content)
}

/** A project with one answer, given under a privacy, and records as they are today. @returns the id of the answer */
async function project(
  records: readonly object[],
  { earlier = 'public', today = earlier }: Record<string, Privacy> = {},
) {
  await write(
    'bench.config.yaml',
    `version: 1
runtimes: { here: { kind: embedded } }
lanes: { local: { runtime: here, model: smollm2-135m-instruct } }
workloads: { work: { title: Work, dataset: datasets/work, lanes: [local], privacy: ${today} } }`,
  )
  await write('datasets/work/prompt.md', '# user\n{{input}}\n')
  await write('datasets/work/records.jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  await write('datasets/work/schema.json', '{"type":"object","properties":{"name":{"type":"string"}}}')
  await write('datasets/work/baseline.json', '{"fields":{"name":{"constant":"nobody"}}}')
  const given = completion({
    record: 'r-1',
    examination: { ...goodExamination, facts: [{ field: 'name', found: false }] },
  })
  if (given.outcome.state !== 'answered') throw new Error('no answer')
  const answered = {
    ...given,
    record_sha256: sha256(input),
    outcome: { ...given.outcome, answer: storeText('{"name":"nobody"}', earlier) },
  }
  await write('.bench/runs/run/evidence/one.jsonl', `${JSON.stringify(answered)}\n`)
  return given.id
}
const record = { id: 'r-1', input, expected: { name: 'ada@example.org' } }

test('the expected is that of the record with the same input, not of one that has its id today', async () => {
  const other = { id: 'r-1', input: 'Another one.', expected: { name: 'Grace' } }
  expect(await show(await project([other]), folder)).toContain(
    'missed  name: expected unknown: the dataset has changed or is gone; answered "nobody"',
  )
  const shown = await show(await project([other, { ...record, id: 'r-2' }]), folder)
  expect(shown).toContain('missed  name: expected ada@example.org; answered "nobody"')
})

test('evidence of a preflight or a probe is found as that of a run is', async () => {
  const id = await project([record])
  await mkdir(join(folder, '.bench/operations'))
  await rename(join(folder, '.bench/runs/run'), join(folder, '.bench/operations/asked'))
  expect(await show(id, folder)).toContain('in .bench/operations/asked')
  await expect(show('completion-gone', folder)).rejects.toThrow('in 0 runs and 1 preflight or probe under')
})

test.for([
  ['is private today', { earlier: 'public', today: 'private' }],
  ['was private when it was asked', { earlier: 'private', today: 'public' }],
] as const)('of a workload that %s no expected text is shown', async ([, privacy]) => {
  const shown = await show(await project([record], privacy), folder)
  expect(shown).toContain('missed  name: expected not shown: it is private')
  expect(shown).not.toContain('ada@')
})

test('of an internal workload the expected is masked as its answers are', async () => {
  const shown = await show(await project([record], { earlier: 'internal' }), folder)
  expect(shown).toMatch(/missed {2}name: expected \[/)
  expect(shown).not.toContain('ada@')
})
