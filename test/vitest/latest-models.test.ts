import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { memoJson } from '../../reporters/memo-json.ts'
import { assess } from '../../src/assessment/assess.ts'
import type { EvidenceOf } from '../../src/evidence/schema.ts'
import { latestModels } from '../../src/vitest/latest-models.ts'
import { benchConfig } from '../support/evidence.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-'))
  onTestFinished(() => rm(folder, { recursive: true }))
})

const base = { run_id: 'then', at: '2026-01-01T00:00:00.000Z' }
const run: EvidenceOf<'run'> = {
  kind: 'run',
  id: 'run-1',
  ...base,
  versions: {},
  config_file: 'bench.config.yaml',
  config_sha256: 'a'.repeat(64),
  filters: [],
  environment_names: [],
}
const look = (weights: string): EvidenceOf<'lane'> => ({
  kind: 'lane',
  id: `lane-${weights}`,
  ...base,
  lane: 'local',
  runtime: 'here',
  location: 'local',
  rung: 'loaded',
  requested_model: 'smollm2-135m-instruct',
  description: { weights_sha256: weights.repeat(64), quantization: 'Q4_1', template_sha256: '0'.repeat(64) },
})

test('the models of the latest run are read from its memo, and a change is told in the next one', async () => {
  await writeFile(join(folder, 'memo.json'), memoJson(assess([run, look('1')], benchConfig())))
  const previous = await latestModels(folder)
  expect(previous).toEqual({
    run_id: 'then',
    lanes: { local: { weights_sha256: '1'.repeat(64), template_sha256: '0'.repeat(64) } },
  })
  const notesAfter = (weights: string) =>
    assess([{ ...run, ...(previous && { previous }) }, look(weights)], benchConfig())
      .lanes.find(({ lane }) => lane === 'local')
      ?.identity_notes.map(({ text }) => text)
  expect(notesAfter('2')?.join()).toContain('the weights changed since the latest whole run (then)')
  expect(notesAfter('1')).toEqual([])
})

test('there are none without a memo, nor from one that is torn', async () => {
  expect(await latestModels(folder)).toBeUndefined()
  await writeFile(join(folder, 'memo.json'), '{"run": {')
  expect(await latestModels(folder)).toBeUndefined()
})
