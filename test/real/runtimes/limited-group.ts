import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findMemoryCgroup } from '../../../src/machine/memory-cgroup.ts'

/** A memory control group below this process's own, with a limit. */
export interface LimitedGroup {
  /** Moves a process into it; what the process held before stays accounted where it was. */
  add(pid: number): void
  limit(bytes: number): void
  /** Removes it; the processes in it must have ended. */
  remove(): Promise<void>
}

/** Undefined where this user may not make one. */
export function createLimitedGroup(name: string, bytes: number): LimitedGroup | undefined {
  const own = findMemoryCgroup(process.pid, Number.POSITIVE_INFINITY)
  if (!own) return undefined
  const folder = join(own.folder, `${name}-${process.pid}`)
  const limitFile = join(folder, own.version === 2 ? 'memory.max' : 'memory.limit_in_bytes')
  try {
    mkdirSync(folder)
    writeFileSync(limitFile, String(bytes))
  } catch {
    if (existsSync(folder)) rmdirSync(folder)
    return undefined
  }
  return {
    add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    limit: (limit) => writeFileSync(limitFile, String(limit)),
    async remove() {
      // The kernel lets go of a process some time after it has ended.
      for (let tries = 0; readFileSync(join(folder, 'cgroup.procs'), 'utf8') !== '' && tries < 100; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 50))
      rmdirSync(folder)
    },
  }
}

/** Whether this user may make one; said in the names of tests that are left out. */
export function canLimitGroups(): boolean {
  const group = createLimitedGroup('bench-memo-probe', 64 * 2 ** 20)
  void group?.remove()
  return group !== undefined
}
