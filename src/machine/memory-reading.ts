import { platform } from 'node:os'
import { readKernelFile } from './kernel-file.ts'
import { type PressureLevel, readMacMemory } from './macos-memory.ts'
import type { FilesystemOptions } from './memory-cgroup.ts'
import { processFamily } from './process-family.ts'

/** Memory of the whole machine at one moment, in bytes. */
export interface MachineMemory {
  readonly total: number
  /** Total less what programs could still get. */
  readonly used: number
  readonly swap_used: number
  /** What the kernel itself says of it; macOS only. */
  readonly pressure_level?: PressureLevel
  /** Since the start of the system; on Linux it is read apart. */
  readonly swapped?: { readonly in_bytes: number; readonly out_bytes: number }
}

/** Reads /proc/meminfo on Linux, sysctl and vm_stat on macOS; elsewhere asks systeminformation. Undefined where none can tell. */
export async function readMachineMemory({
  filesystem = '',
}: FilesystemOptions = {}): Promise<MachineMemory | undefined> {
  try {
    if (filesystem !== '' || platform() === 'linux')
      return parseMeminfo(readKernelFile(`${filesystem}/proc/meminfo`) ?? '')
    if (platform() === 'darwin') return await readMacMemory()
    const { mem } = await import('systeminformation')
    const { total, available, swapused } = await mem()
    return { total, used: total - available, swap_used: swapused }
  } catch {
    return undefined
  }
}

/** Resident memory of a process in bytes; undefined where it has ended or can't be read. */
export async function readResidentMemory(
  pid: number,
  { filesystem = '' }: FilesystemOptions = {},
): Promise<number | undefined> {
  try {
    if (filesystem !== '' || platform() === 'linux')
      return kilobytes(readKernelFile(`${filesystem}/proc/${pid}/status`), 'VmRSS')
    const { processes } = await import('systeminformation')
    const found = (await processes()).list.find((process) => process.pid === pid)
    return found ? found.memRss * 1024 : undefined
  } catch {
    return undefined
  }
}

/** Resident memory of a process and its descendants, in bytes; undefined where the process itself can't be read. */
export async function residentOfFamily(pid: number, where: FilesystemOptions = {}): Promise<number | undefined> {
  const family = await processFamily(pid, { root: `${where.filesystem ?? ''}/proc` })
  const [own, ...children] = await Promise.all(family.map((each) => readResidentMemory(each, where)))
  return own === undefined ? undefined : children.reduce<number>((sum, each) => sum + (each ?? 0), own)
}

/**
 * Memory of a process, and of all its descendants, that is no page of a file (proc_pid_status(5): RssAnon), in bytes: Linux
 * only. Undefined where the process itself can't be read.
 */
export async function anonymousMemory(
  pid: number,
  { filesystem = '' }: FilesystemOptions = {},
): Promise<{ own: number; descendants: number } | undefined> {
  const family = await processFamily(pid, { root: `${filesystem}/proc` })
  const [own, ...children] = family.map((each) =>
    kilobytes(readKernelFile(`${filesystem}/proc/${each}/status`), 'RssAnon'),
  )
  if (own === undefined) return undefined
  return { own, descendants: children.reduce<number>((sum, each) => sum + (each ?? 0), 0) }
}

/**
 * A process's share of memory in bytes, pages that several processes map divided among them (PSS): Linux only, and
 * dearer, since the kernel walks all its pages. Undefined where it has ended or can't be read.
 */
export function readProportionalMemory(pid: number, { filesystem = '' }: FilesystemOptions = {}): number | undefined {
  return kilobytes(readKernelFile(`${filesystem}/proc/${pid}/smaps_rollup`), 'Pss')
}

/** @throws TypeError where the kernel gives no MemAvailable (before Linux 3.14) */
export function parseMeminfo(text: string): MachineMemory {
  const field = (name: string): number => {
    const bytes = kilobytes(text, name)
    if (bytes === undefined) throw new TypeError(`/proc/meminfo has no ${name}`)
    return bytes
  }
  const total = field('MemTotal')
  return { total, used: total - field('MemAvailable'), swap_used: field('SwapTotal') - field('SwapFree') }
}

/** Bytes, from a line of "name: number kB". Pure. */
function kilobytes(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text ?? '')?.[1]
  return found === undefined ? undefined : Number(found) * 1024
}
