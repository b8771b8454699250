import { readFile } from 'node:fs/promises'
import { readStat } from './process-table.ts'

/** What tells a process from another one that has the same pid later, or after a restart of the machine. */
export interface ProcessMark {
  readonly pid: number
  /** In the kernel's clock ticks since boot; absent where the system has no /proc. */
  readonly started_at?: number | undefined
  readonly boot_id?: string | undefined
}

/** The mark of the process that calls. */
export function thisProcess(): Promise<ProcessMark> {
  return markOf(process.pid)
}

/** Whether the marked process still runs. Where the system says nothing of starts, a pid in use counts as it. */
export async function isStillRunning(mark: ProcessMark): Promise<boolean> {
  try {
    process.kill(mark.pid, 0)
  } catch (error) {
    // EPERM: it runs, as another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = await markOf(mark.pid)
  return isSame(mark.started_at, now.started_at) && isSame(mark.boot_id, now.boot_id)
}

function isSame<Value>(one: Value | undefined, other: Value | undefined): boolean {
  return one === undefined || other === undefined || one === other
}

async function markOf(pid: number): Promise<ProcessMark> {
  const [stat, boot] = await Promise.all([
    readStat('/proc', pid),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined),
  ])
  return { pid, ...(stat && { started_at: stat.started_at }), ...(boot && { boot_id: boot.trim() }) }
}
