import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bytesHad } from '../../src/machine/bytes-had.ts'
import { mappingOf, parseMaps, processStart_ms, seesAnother } from '../../src/machine/mapped-files.ts'

const own = process.execPath
const mark = async (path: string) => {
  const { ino, dev } = await stat(path, { bigint: true })
  return { path, inode: String(ino), device: String(dev) }
}

describe('the files that a process maps', () => {
  test('are known by device and inode: this process maps its own program', async () => {
    expect(await mappingOf(process.pid, [await mark(own)])).toBe('mapped')
  })

  test('are not those that it only could read', async () => {
    const files = [await mark(own), await mark(import.meta.filename)]
    expect(await mappingOf(process.pid, files)).toBe('not-mapped')
  })

  test('are not another file of the same path, as in a container', async () => {
    expect(await mappingOf(process.pid, [{ ...(await mark(own)), inode: '1' }])).toBe('not-mapped')
  })

  test('are unknown of a process that has ended', async () => {
    const child = spawn('true')
    await once(child, 'exit')
    expect(await mappingOf(child.pid as number, [await mark(own)])).toBeUndefined()
  })

  test('tell of a file that was replaced while it was mapped', async () => {
    const root = await mkdtemp(join(tmpdir(), 'bench-memo-'))
    onTestFinished(() => rm(root, { recursive: true }))
    const { mkdir, writeFile } = await import('node:fs/promises')
    await mkdir(join(root, '7'))
    await writeFile(join(root, '7', 'maps'), '7f00-7f01 r--p 00000000 fe:00 12    /models/a b.gguf (deleted)\n')
    const file = { path: '/models/a b.gguf', inode: '13', device: '65024' }
    expect(await mappingOf(7, [file], { root })).toBe('replaced')
  })

  test('are read with spaces, line breaks and large device numbers in their lines', () => {
    const text = [
      '7f00-7f01 r--p 00000000 00:00 0 ',
      '7f02-7f03 r--p 00000000 fe:00 12    /models/a\\012b.gguf',
      '7f04-7f05 r--p 00001000 103:12345 99    /c d',
      '7ffe-7fff r-xp 00000000 00:00 0                          [vdso]',
    ].join('\n')
    expect(parseMaps(text)).toEqual([
      { path: '/models/a\nb.gguf', device: '65024', inode: '12' },
      { path: '/c d', device: String(((0x12345n & ~0xffn) << 12n) | (0x103n << 8n) | 0x45n), inode: '99' },
    ])
  })
})

describe('a path', () => {
  /** A /proc in which process 7 has other mounts, and `inner` is what it sees as its root. */
  async function otherMounts(inner: string): Promise<string> {
    const { mkdir, symlink } = await import('node:fs/promises')
    const root = await mkdtemp(join(tmpdir(), 'bench-memo-'))
    onTestFinished(() => rm(root, { recursive: true }))
    for (const [pid, mounts] of [
      ['7', 'mnt:[2]'],
      ['self', 'mnt:[1]'],
    ] as const) {
      await mkdir(join(root, pid, 'ns'), { recursive: true })
      await symlink(mounts, join(root, pid, 'ns', 'mnt'))
    }
    await symlink(inner, join(root, '7', 'root'))
    return root
  }

  test('leads a process with the same mounts to the same file', async () => {
    expect(await seesAnother(process.pid, { ...(await mark(own)), inode: '1' })).toBe(false)
  })

  test('may lead a process in a container to another file, or to the same one where its folder is mounted', async () => {
    const file = await mark(own)
    expect(await seesAnother(7, file, { root: await otherMounts('/') })).toBe(false)
    expect(await seesAnother(7, { ...file, inode: '1' }, { root: await otherMounts('/') })).toBe(true)
  })

  test('that such a process does not have tells nothing', async () => {
    expect(await seesAnother(7, await mark(own), { root: await otherMounts('/no/such/folder') })).toBe(false)
  })
})

test('what a process can have had of any files is known by what it read and by its memory', async () => {
  const child = spawn('sleep', ['30'])
  await once(child, 'spawn')
  const had = await bytesHad(child.pid as number)
  child.kill()
  expect(had).toBeGreaterThan(0)
  expect(had).toBeLessThan(50e6)
  expect(await bytesHad(process.pid)).toBeGreaterThan(process.memoryUsage.rss() / 2)
  expect(await bytesHad(7, { root: '/no/such/folder' })).toBeUndefined()
})

test('the start of a process is known to about a second', async () => {
  const begin = Date.now()
  const child = spawn('sleep', ['30'])
  await once(child, 'spawn')
  const start = await processStart_ms(child.pid as number)
  child.kill()
  expect(Math.abs((start ?? 0) - begin)).toBeLessThan(1_500)
})
