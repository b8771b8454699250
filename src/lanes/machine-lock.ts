import { link, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { randomId } from '../evidence/random-id.ts'
import { isStillRunning, thisProcess } from '../machine/process-mark.ts'

const holderSchema = z.strictObject({
  token: z.string(),
  pid: z.int(),
  started_at: z.number().optional(),
  boot_id: z.string().optional(),
  /** When the lock was taken, UTC. */
  since: z.string(),
  /** What holds it, in words. */
  what: z.string(),
})
/** Who holds a lock, as its file says. */
export type LockHolder = z.infer<typeof holderSchema>

export interface LockOptions {
  /** Folder of the locks; made where it is not there. */
  readonly folder: string
  /** `machine`, or the name of another host. */
  readonly name: string
  /** What takes the lock, in words for those who wait for it. */
  readonly what: string
  /** Called once for each holder that is waited for. */
  readonly onWait?: (holder: LockHolder) => void
  readonly signal?: AbortSignal
  readonly poll_ms?: number
}

export interface HeldLock {
  /** Gives the lock to whoever waits; again, does nothing. */
  release(): Promise<void>
}

/**
 * Takes a lock that other processes of this machine respect: a file that only one of them can create, with the
 * holder's pid, start and boot in it. One whose process is gone, or is another one under the same pid, is taken over.
 * Waits for as long as the holder lives. Rejects where `signal` aborts, or with the file system's error.
 */
export async function takeLock({ folder, name, what, onWait, signal, poll_ms = 200 }: LockOptions): Promise<HeldLock> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${name}.lock`)
  const own: LockHolder = { token: randomId(), ...(await thisProcess()), since: new Date().toISOString(), what }
  let announced: string | undefined
  for (;;) {
    signal?.throwIfAborted()
    const holder = await read(file)
    if (holder === undefined) {
      if (await create(file, own)) return { release: () => release(file, own) }
      continue
    }
    if (holder === 'unreadable' || !(await isStillRunning(holder))) {
      await takeAway(file, holder)
      continue
    }
    if (announced !== holder.token) onWait?.(holder)
    announced = holder.token
    await sleep(poll_ms, undefined, signal && { signal })
  }
}

/** Written whole before it has its name: a process that is stopped in between would seem to hold nothing. */
async function create(file: string, own: LockHolder): Promise<boolean> {
  const written = `${file}.${own.token}`
  await writeFile(written, JSON.stringify(own))
  try {
    await link(written, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(written, { force: true })
  }
}

/** A file that stays unreadable is nobody's: a full disk or a crash of the machine left it. */
async function read(file: string): Promise<LockHolder | 'unreadable' | undefined> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    try {
      return holderSchema.parse(JSON.parse(text))
    } catch {
      await sleep(50)
    }
  }
  return 'unreadable'
}

/** A guard that is older was left by a process that was killed within these few file operations. */
const guardDies_ms = 10_000

/**
 * Removes a dead holder's file. One process at a time does so, behind a folder that only one can create: else a
 * second one could remove the lock that was created meanwhile.
 */
async function takeAway(file: string, dead: LockHolder | 'unreadable'): Promise<void> {
  const guard = `${file}.guard`
  try {
    await mkdir(guard)
  } catch {
    const age_ms = Date.now() - (await stat(guard).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
    if (age_ms > guardDies_ms) await rmdir(guard).catch(() => undefined)
    else await sleep(10)
    return
  }
  try {
    const seen = await read(file)
    const isDead = dead === 'unreadable' ? seen === dead : typeof seen === 'object' && seen.token === dead.token
    if (isDead) await rm(file, { force: true })
  } finally {
    await rmdir(guard).catch(() => undefined)
  }
}

async function release(file: string, own: LockHolder): Promise<void> {
  const holder = await read(file)
  if (typeof holder === 'object' && holder.token === own.token) await rm(file, { force: true })
}
