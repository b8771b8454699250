import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { withExpectedWeights } from '../../src/identity/expected-weights.ts'
import { hashingLine, hashingProgress } from '../../src/vitest/hashing-progress.ts'
import { benchConfig } from '../support/evidence.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-'))
  onTestFinished(() => rm(folder, { recursive: true }))
})
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const expecting = (weights: string) => {
  const config = benchConfig()
  return { ...config, lanes: { ...config.lanes, local: { ...config.lanes.local, weights } } } as typeof config
}
const pinOf = async (weights: string) => (await withExpectedWeights(expecting(weights), folder)).lanes.local?.weights

test('a path below the config becomes the hash of the file, a hash stays', async () => {
  await writeFile(join(folder, 'small.gguf'), 'one')
  expect(await pinOf('./small.gguf')).toBe(`sha256:${sha256('one')}`)
  expect(await pinOf(`sha256:${'a'.repeat(64)}`)).toBe(`sha256:${'a'.repeat(64)}`)
})

test('the first of split files stands for all of them', async () => {
  await writeFile(join(folder, 'm-00001-of-00002.gguf'), 'one')
  await expect(pinOf('m-00001-of-00002.gguf')).rejects.toThrow('or one of its 2 parts')
  await writeFile(join(folder, 'm-00002-of-00002.gguf'), 'two')
  expect(await pinOf('m-00001-of-00002.gguf')).toBe(`sha256:${sha256(`${sha256('one')}\n${sha256('two')}`)}`)
})

test('a file that is not there is a problem of the config, by its lane', async () => {
  await expect(pinOf('gone.gguf')).rejects.toThrow('lanes.local.weights: gone.gguf cannot be read')
})

test('progress is told first after two seconds, then once in three', () => {
  let now = 0
  const lines: string[] = []
  const progress = hashingProgress(
    (each) => lines.push(hashingLine(each)),
    () => now,
  )
  for (now = 0; now <= 6_000; now += 500) progress('/models/large.gguf', now * 1e6, 8e9)
  expect(lines).toEqual([
    'Hashing large.gguf  [#####...............]  2.0 GB of 8.0 GB',
    'Hashing large.gguf  [############........]  5.0 GB of 8.0 GB',
  ])
})
