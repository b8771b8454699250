import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { readKernelFile } from './kernel-file.ts'
import type { FilesystemOptions } from './memory-cgroup.ts'

/** Memory of all graphics cards together, in bytes. */
export interface GpuMemory {
  readonly total: number
  readonly used: number
}

const run = promisify(execFile)
const patience_ms = 5_000

/**
 * How a machine's graphics memory is read: AMD's cards by the kernel's files, NVIDIA's by nvidia-smi. Undefined where
 * there is no such card, so that nobody pays for looking. Apple's share the machine's memory, and count there.
 */
export function gpuMemoryReader({
  filesystem = '',
}: FilesystemOptions = {}): (() => Promise<GpuMemory | undefined>) | undefined {
  const folder = `${filesystem}/sys/class/drm`
  const cards = entries(folder)
    .map((name) => `${folder}/${name}/device`)
    .filter((device) => existsSync(`${device}/mem_info_vram_total`))
  if (cards.length > 0) return async () => sumOf(cards.map(readAmdCard))
  if (!existsSync(`${filesystem}/proc/driver/nvidia/version`)) return undefined
  return async () => {
    try {
      const { stdout } = await run(
        'nvidia-smi',
        ['--query-gpu=memory.total,memory.used', '--format=csv,noheader,nounits'],
        { timeout: patience_ms },
      )
      return parseNvidia(stdout)
    } catch {
      return undefined
    }
  }
}

/** mem_info_vram_total and mem_info_vram_used, in bytes (the kernel's Documentation/gpu/amdgpu/driver-misc.rst). */
function readAmdCard(device: string): GpuMemory | undefined {
  const [total, used] = ['total', 'used'].map((name) => readKernelFile(`${device}/mem_info_vram_${name}`))
  return total && used ? { total: Number(total), used: Number(used) } : undefined
}

/** Lines of "total, used" in MiB, one a card, as the query above gives them. Pure. */
export function parseNvidia(text: string): GpuMemory | undefined {
  const cards = [...text.matchAll(/^\s*(\d+),\s*(\d+)\s*$/gm)]
  return sumOf(cards.map(([, total, used]) => ({ total: Number(total) * 2 ** 20, used: Number(used) * 2 ** 20 })))
}

function sumOf(cards: readonly (GpuMemory | undefined)[]): GpuMemory | undefined {
  let sum: GpuMemory | undefined
  for (const card of cards)
    if (card) sum = { total: (sum?.total ?? 0) + card.total, used: (sum?.used ?? 0) + card.used }
  return sum
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^card\d+$/.test(name))
  } catch {
    return []
  }
}
