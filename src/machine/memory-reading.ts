import { readFile } from 'node:fs/promises'
import { platform } from 'node:os'

/** Memory of the whole machine at one moment, in bytes. */
export interface MachineMemory {
  readonly total: number
  /** Total less what programs could still get. */
  readonly used: number
  readonly swap_used: number
}

/** Reads /proc/meminfo on Linux (0.1 ms); elsewhere asks systeminformation. Undefined where neither can tell. */
export async function readMachineMemory(): Promise<MachineMemory | undefined> {
  try {
    if (platform() === 'linux') return parseMeminfo(await readFile('/proc/meminfo', 'utf8'))
    const { mem } = await import('systeminformation')
    const { total, available, swapused } = await mem()
    return { total, used: total - available, swap_used: swapused }
  } catch {
    return undefined
  }
}

/** Resident memory of a process in bytes; undefined where it has ended or can't be read. */
export async function readResidentMemory(pid: number): Promise<number | undefined> {
  try {
    if (platform() === 'linux') return parseStatus(await readFile(`/proc/${pid}/status`, 'utf8'))
    const { processes } = await import('systeminformation')
    const found = (await processes()).list.find((process) => process.pid === pid)
    return found ? found.memRss * 1024 : undefined
  } catch {
    return undefined
  }
}

/** @throws TypeError where the kernel gives no MemAvailable (before Linux 3.14) */
export function parseMeminfo(text: string): MachineMemory {
  const field = (name: string): number => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)
    if (!match) throw new TypeError(`/proc/meminfo has no ${name}`)
    return Number(match[1]) * 1024
  }
  const total = field('MemTotal')
  return { total, used: total - field('MemAvailable'), swap_used: field('SwapTotal') - field('SwapFree') }
}

export function parseStatus(text: string): number | undefined {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(text)
  return match ? Number(match[1]) * 1024 : undefined
}
