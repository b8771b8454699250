import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changePolicy, PolicyUnreadable, readPolicy } from '../../src/policy/policy-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-policy-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A process of its own that adds so many clearances, one change each. */
const adder = `
import { changePolicy } from ${JSON.stringify(new URL('../../src/policy/policy-file.ts', import.meta.url).pathname)}
const [folder, name, count] = process.argv.slice(1)
for (let index = 0; index < Number(count); index += 1) {
  await changePolicy(folder, (state) => ({ ...state, clearances: [...state.clearances, {
    file: name, pointer: '/' + index, value_sha256: 'a'.repeat(64), cleared: '2026-01-01T00:00:00Z', evidence_ids: [],
  }] }))
}`

describe('the file of blocks', () => {
  test('is empty where no preflight has run', async () => {
    expect(await readPolicy(folder)).toEqual({ version: 1, blocks: [], clearances: [], proofs: [] })
  })

  test('loses no change of processes that write at once, and leaves nothing half-written', async () => {
    const names = ['one', 'two', 'three']
    await Promise.all(
      names.map((name) => execa(process.execPath, ['--input-type=module', '-e', adder, folder, name, '8'])),
    )
    const { clearances } = await readPolicy(folder)
    const seen = names.map((name) => clearances.filter(({ file }) => file === name).length)
    expect(seen).toEqual([8, 8, 8])
    expect((await readdir(folder)).filter((name) => name.endsWith('.writing'))).toEqual([])
  })

  test.for([
    ['half of it', '{"version":1,"blocks":['],
    ['another version', '{"version":2,"blocks":[],"clearances":[],"proofs":[]}'],
  ] as const)('that holds %s is an error that says so, and is not written over', async ([, text]) => {
    await writeFile(join(folder, 'policy.json'), text)
    await expect(readPolicy(folder)).rejects.toThrow(PolicyUnreadable)
    await expect(changePolicy(folder, (state) => state)).rejects.toThrow('is not what bench-memo writes')
  })
})
