import { readFile } from 'node:fs/promises'
import type { ProcessOptions } from './process-table.ts'

/**
 * The most bytes that a process can have had of any files, from Linux' /proc: what it has read by system calls
 * (proc_pid_io(5): rchar) or its highest resident memory (proc_pid_status(5): VmHWM), whichever is more. Undefined where
 * the system does not show both.
 */
export async function bytesHad(pid: number, { root = '/proc' }: ProcessOptions = {}): Promise<number | undefined> {
  const [io, status] = await Promise.all(
    ['io', 'status'].map((name) => readFile(`${root}/${pid}/${name}`, 'utf8').catch(() => '')),
  )
  const read = /^rchar: (\d+)$/m.exec(io ?? '')?.[1]
  const highest_kB = /^VmHWM:\s+(\d+) kB$/m.exec(status ?? '')?.[1]
  return read === undefined || highest_kB === undefined ? undefined : Math.max(Number(read), Number(highest_kB) * 1024)
}
