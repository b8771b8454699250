import { kernelCount, readKernelFile } from './kernel-file.ts'

/** How much work stood still for want of memory: a line of /proc/pressure/memory. */
export interface Stall {
  /** Share of the last ten seconds, percent. */
  readonly avg10: number
  /** Microseconds since the start of the system (or of the control group). */
  readonly total_us: number
}

/** Pressure stall information (PSI) of Linux' kernel: `some` tasks stood still, or `full`: all at once. */
export interface MemoryPressure {
  readonly some: Stall
  readonly full: Stall
}

/** Undefined where the kernel has no PSI (before Linux 4.20, or switched off). */
export function readMemoryPressure(path: string): MemoryPressure | undefined {
  return parsePressure(readKernelFile(path))
}

/** Text as the kernel's Documentation/accounting/psi.rst describes it. Pure. */
export function parsePressure(text: string | undefined): MemoryPressure | undefined {
  const stall = (kind: string): Stall | undefined => {
    const [, avg10, total] = new RegExp(`^${kind} avg10=([\\d.]+) .*total=(\\d+)$`, 'm').exec(text ?? '') ?? []
    return avg10 === undefined ? undefined : { avg10: Number(avg10), total_us: Number(total) }
  }
  const [some, full] = [stall('some'), stall('full')]
  return some && full && { some, full }
}

/** What was swapped since the start of the system, in pages, and how many processes were killed for want of memory. */
export interface SwapCounts {
  readonly pages_in: number
  readonly pages_out: number
  /** Absent before Linux 4.13. */
  readonly oom_kills?: number
}

/** From the text of /proc/vmstat (proc_vmstat(5)). Pure. */
export function parseSwapCounts(text: string | undefined): SwapCounts | undefined {
  const [pages_in, pages_out] = [kernelCount(text, 'pswpin'), kernelCount(text, 'pswpout')]
  const oom_kills = kernelCount(text, 'oom_kill')
  if (pages_in === undefined || pages_out === undefined) return undefined
  return { pages_in, pages_out, ...(oom_kills !== undefined && { oom_kills }) }
}
