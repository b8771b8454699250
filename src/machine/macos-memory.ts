import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { MachineMemory } from './memory-reading.ts'

/**
 * The memory of a Mac, built from documentation and captures and never run on one. On Apple's own processors the
 * graphics card shares this memory, so weights that it holds count here.
 */

/** The kernel's own judgement, the colour of Activity Monitor's graph: green, yellow, red. */
export type PressureLevel = 'normal' | 'warning' | 'critical'

const run = promisify(execFile)
const names = ['hw.memsize', 'vm.swapusage', 'kern.memorystatus_vm_pressure_level']

/** Asks sysctl and vm_stat (two short processes). Rejects where one of them is not there. */
export async function readMacMemory(): Promise<MachineMemory | undefined> {
  const [values, pages] = await Promise.all([
    run('/usr/sbin/sysctl', names, { timeout: 5_000 }),
    run('/usr/bin/vm_stat', { timeout: 5_000 }),
  ])
  return macMemory(values.stdout, pages.stdout)
}

/** From the output of `sysctl hw.memsize vm.swapusage kern.memorystatus_vm_pressure_level` and of `vm_stat`. Pure. */
export function macMemory(values: string, pages: string): MachineMemory | undefined {
  const total = Number(/^hw\.memsize: (\d+)$/m.exec(values)?.[1])
  const counts = parseVmStat(pages)
  const swap_used = parseSwapUsage(values)
  const pressure_level = parsePressureLevel(values)
  if (!(total > 0) || !counts || swap_used === undefined) return undefined
  return {
    total,
    used: Math.max(0, total - counts.available),
    swap_used,
    ...(pressure_level && { pressure_level }),
    swapped: { in_bytes: counts.swapped_in, out_bytes: counts.swapped_out },
  }
}

/** Bytes from the output of vm_stat(1), which counts pages: 16 KiB on Apple's own processors, 4 KiB on Intel's. Pure. */
export function parseVmStat(
  text: string,
): { readonly available: number; readonly swapped_in: number; readonly swapped_out: number } | undefined {
  const page = Number(/page size of (\d+) bytes/.exec(text)?.[1])
  const bytes = (name: string): number => page * Number(new RegExp(`^${name}:\\s+(\\d+)\\.$`, 'm').exec(text)?.[1])
  // vm_stat has taken speculative pages out of the free ones; inactive and purgeable ones can be had without swapping in.
  const available = ['Pages free', 'Pages inactive', 'Pages speculative', 'Pages purgeable'].reduce(
    (sum, name) => sum + bytes(name),
    0,
  )
  const [swapped_in, swapped_out] = [bytes('Swapins'), bytes('Swapouts')]
  return [available, swapped_in, swapped_out].every(Number.isFinite)
    ? { available, swapped_in, swapped_out }
    : undefined
}

/** The level in "kern.memorystatus_vm_pressure_level: 1": 1, 2 and 4 are dispatch's normal, warn and critical. Pure. */
export function parsePressureLevel(text: string): PressureLevel | undefined {
  const level = /^kern\.memorystatus_vm_pressure_level: (\d+)$/m.exec(text)?.[1]
  return ({ 1: 'normal', 2: 'warning', 4: 'critical' } as const)[Number(level) as 1 | 2 | 4]
}

/** Bytes of swap in use, in "vm.swapusage: total = 2048.00M  used = 969.94M  free = 1078.06M  (encrypted)". Pure. */
export function parseSwapUsage(text: string): number | undefined {
  const [, amount, unit] = /^vm\.swapusage: .*\bused = ([\d.]+)([KMG])\b/m.exec(text) ?? []
  return amount === undefined
    ? undefined
    : Math.round(Number(amount) * { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[unit as 'K' | 'M' | 'G'])
}

/** The share that `memory_pressure` calls free, percent: "System-wide memory free percentage: 64%". Pure. */
export function parseFreePercentage(text: string): number | undefined {
  const percent = /^System-wide memory free percentage: (\d+)%$/m.exec(text)?.[1]
  return percent === undefined ? undefined : Number(percent)
}
