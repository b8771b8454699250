import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { memoJson } from '../../reporters/memo-json.ts'
import { assess } from '../../src/assessment/assess.ts'
import { latestCapability } from '../../src/vitest/latest-capability.ts'
import { capabilityRecord } from '../support/capability-evidence.ts'
import { benchConfig } from '../support/evidence.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-'))
  onTestFinished(() => rm(folder, { recursive: true }))
})

test("a lane's matrix is read from the memo of the latest run as it was recorded", async () => {
  const record = capabilityRecord()
  await writeFile(join(folder, 'memo.json'), memoJson(assess([record], benchConfig())))
  expect(await latestCapability(folder, 'local')).toEqual(record)
  expect(await latestCapability(folder, 'local-two')).toBeUndefined()
})

test('there is none without a memo, nor in one that is torn or of another shape', async () => {
  expect(await latestCapability(folder, 'local')).toBeUndefined()
  await writeFile(join(folder, 'memo.json'), '{"lanes": [')
  expect(await latestCapability(folder, 'local')).toBeUndefined()
  const strange = { lanes: [{ lane: 'local', capability: { record: { kind: 'capability', combinations: 'many' } } }] }
  await writeFile(join(folder, 'memo.json'), JSON.stringify(strange))
  expect(await latestCapability(folder, 'local')).toBeUndefined()
})
