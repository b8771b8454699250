import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { realpath, stat } from 'node:fs/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HashedFile } from '../../src/identity/hash-weights.ts'
import { createAttester } from '../../src/lanes/attest-weights.ts'

const sha256 = 'a'.repeat(64)

/** A file as if it had been hashed. */
async function hashed(file: string, changes: Partial<HashedFile> = {}): Promise<HashedFile> {
  const { ino, dev, size } = await stat(file, { bigint: true })
  const known = { sha256, size_bytes: Number(size), device: String(dev), inode: String(ino), written_ms: 0 }
  return { file, path: await realpath(file), from_cache: true, ...known, ...changes }
}

async function holdingBy(serving_pid: number, file: HashedFile) {
  const attest = createAttester(async () => ({ sha256, files: [file] }))
  return (await attest({ tag: 'small', weights_files: [file.file], serving_pid }))?.holding
}

async function stranger(): Promise<number> {
  const child = spawn('sleep', ['30'])
  onTestFinished(() => void child.kill())
  await once(child, 'spawn')
  return child.pid as number
}

/** This process maps its own program. */
const program = process.execPath

describe.runIf(process.platform === 'linux')('weights that a process', () => {
  test('maps are attested as mapped', async () => {
    expect(await holdingBy(process.pid, await hashed(program))).toBe('mapped')
  })

  test('maps, and that were written over since it started, may be others in its memory', async () => {
    expect(await holdingBy(process.pid, await hashed(program, { written_ms: Date.now() + 60_000 }))).toBe('younger')
  })

  test('holds under the name of their hash cannot have been others before', async () => {
    const file = { ...(await hashed(program, { written_ms: Date.now() + 60_000 })), file: `/blobs/sha256-${sha256}` }
    expect(await holdingBy(process.pid, file)).toBe('mapped')
  })

  test('may have read are not called mapped', async () => {
    expect(await holdingBy(process.pid, await hashed(import.meta.filename))).toBe('not-mapped')
  })

  test('never had, as a tunnel to another machine, are not proven by the file of that path here', async () => {
    const large = await hashed(import.meta.filename, { size_bytes: 1e9 })
    expect(await holdingBy(await stranger(), large)).toBe('elsewhere')
  })
})

test('a relative path or the name of a hub is not looked up from here', async () => {
  const attest = createAttester(() => Promise.reject(new Error('was hashed')))
  expect(await attest({ tag: 'small', weights_files: ['package.json'] })).toBeUndefined()
})
