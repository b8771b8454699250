import { createHash } from 'node:crypto'
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'

/** What of this machine bears on latency and memory, and a hash of it: timings compare only where that is equal. */
export interface MachineSnapshot {
  readonly fingerprint: string
  readonly operating_system: string
  readonly cpu: string
  readonly cores: number
  readonly memory_bytes: number
  readonly gpus: string[]
}

/** Takes the snapshot, graphics cards by systeminformation. */
export async function takeSnapshot(): Promise<MachineSnapshot> {
  const facts = { ...quickSnapshot(), gpus: await graphicsCards() }
  return { fingerprint: createHash('sha256').update(JSON.stringify(facts)).digest('hex'), ...facts }
}

/** What the system tells at once. */
export function quickSnapshot(): Omit<MachineSnapshot, 'fingerprint' | 'gpus'> {
  return {
    operating_system: `${platform()} ${arch()} ${release()}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memory_bytes: totalmem(),
  }
}

async function graphicsCards(): Promise<string[]> {
  try {
    const { graphics } = await import('systeminformation')
    return (await graphics()).controllers
      .map((card) => `${card.vendor} ${card.model}`.trim())
      .filter((name) => name !== '')
  } catch {
    return []
  }
}
