import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LockHolder, takeLock } from '../../src/lanes/machine-lock.ts'
import { thisProcess } from '../../src/machine/process-mark.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const take = (options: Partial<Parameters<typeof takeLock>[0]> = {}) =>
  takeLock({ folder, name: 'machine', what: 'a test', poll_ms: 10, ...options })
const file = () => join(folder, 'machine.lock')

async function leaveLock(changes: Partial<LockHolder>): Promise<void> {
  const holder = { token: 'other', ...(await thisProcess()), since: '2026-01-01T00:00:00Z', what: 'another run' }
  await writeFile(file(), JSON.stringify({ ...holder, ...changes }))
}

describe('the lock of a machine', () => {
  test('is held by one at a time, and the next one is told who holds it', async () => {
    const first = await take({ what: 'the first run' })
    const waitedFor: string[] = []
    let taken = false
    const second = take({ onWait: ({ what }) => waitedFor.push(what) }).then((lock) => {
      taken = true
      return lock
    })
    await expect.poll(() => waitedFor).toEqual(['the first run'])
    expect(taken).toBe(false)
    await first.release()
    await (await second).release()
    expect(waitedFor).toEqual(['the first run'])
    expect(await readdir(folder)).toEqual([])
  })

  test('is taken over from a process that is gone', async () => {
    const child = execa('true')
    const pid = child.pid as number
    await child
    await leaveLock({ pid })
    await (await take()).release()
  })

  test('is taken over where another process has the same pid now', async () => {
    await leaveLock({ started_at: 1 })
    await (await take()).release()
  })

  test('is taken over after a restart of the machine', async () => {
    await leaveLock({ boot_id: 'an earlier boot' })
    await (await take()).release()
  })

  test('is taken over where its file holds no lock', async () => {
    await writeFile(file(), '{"torn')
    await (await take()).release()
  })

  test('is waited for no longer than the caller wants', async () => {
    const held = await take()
    const giveUp = new AbortController()
    const waiting = take({ signal: giveUp.signal, onWait: () => giveUp.abort() })
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    await held.release()
  })

  test('stays with its new holder when the old one releases it late', async () => {
    const old = await take()
    await rm(file())
    const fresh = await take({ what: 'the new holder' })
    await old.release()
    expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ what: 'the new holder' })
    await fresh.release()
  })

  test('never lets two in, however many take over a dead one at once', async () => {
    await leaveLock({ started_at: 1 })
    let inside = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        const lock = await take({ poll_ms: 1 })
        inside += 1
        most = Math.max(most, inside)
        await new Promise((resolve) => setTimeout(resolve, 2))
        inside -= 1
        await lock.release()
      }),
    )
    expect(most).toBe(1)
  })
})
