import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { hashFile } from '../../src/cache/hash-file.ts'

let cache: string
let file: string
beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'bench-memo-'))
  file = path.join(cache, 'weights.bin')
  await writeFile(file, 'one')
  onTestFinished(() => rm(cache, { recursive: true, force: true }))
})
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

it('reads an untouched file once', async () => {
  const { ino, dev, ctimeMs } = await stat(file)
  const first = await hashFile(file, { cache })
  expect(first).toEqual({
    sha256: sha256('one'),
    size_bytes: 3,
    path: file,
    from_cache: false,
    inode: String(ino),
    device: String(dev),
    written_ms: expect.closeTo(ctimeMs, 0),
  })
  expect(await hashFile(file, { cache })).toEqual({ ...first, from_cache: true })
})

it('reads it again when it was overwritten, even with the same size and the old modification time', async () => {
  await hashFile(file, { cache })
  const { atime, mtime } = await stat(file)
  await writeFile(file, 'two')
  await utimes(file, atime, mtime)
  expect(await hashFile(file, { cache })).toMatchObject({ sha256: sha256('two'), from_cache: false })
})

it('reads it again when another file was put in its place', async () => {
  await hashFile(file, { cache })
  await writeFile(`${file}.new`, 'six')
  await rename(`${file}.new`, file)
  expect(await hashFile(file, { cache })).toMatchObject({ sha256: sha256('six'), from_cache: false })
})

it('knows a file by its real path, whatever link leads to it', async () => {
  await hashFile(file, { cache })
  await symlink(file, path.join(cache, 'link'))
  expect(await hashFile(path.join(cache, 'link'), { cache })).toMatchObject({ path: file, from_cache: true })
})

it('trusts what an earlier process wrote in its cache, and no torn entry', async () => {
  await hashFile(file, { cache })
  vi.resetModules()
  const { hashFile: inAnotherProcess } = await import('../../src/cache/hash-file.ts')
  expect(await inAnotherProcess(file, { cache })).toMatchObject({ sha256: sha256('one'), from_cache: true })
  const [entry] = await readdir(path.join(cache, 'hashes'))
  await writeFile(path.join(cache, 'hashes', entry as string), '{"sha256": "00')
  vi.resetModules()
  const { hashFile: afterTheTear } = await import('../../src/cache/hash-file.ts')
  expect(await afterTheTear(file, { cache })).toMatchObject({ sha256: sha256('one'), from_cache: false })
})

it('works without a cache that can be written', async () => {
  expect(await hashFile(file, { cache: path.join(file, 'not-a-folder') })).toMatchObject({ sha256: sha256('one') })
})
