import { type MachineMemory, readMachineMemory, readResidentMemory } from './memory-reading.ts'
import { childProcesses } from './process-table.ts'

interface Movement {
  before: number
  peak: number
  after: number
}

/** Before, peak and after, in bytes; a part that could never be read is absent. */
export interface MemoryMovement {
  readonly samples: number
  readonly interval_ms: number
  readonly serving_rss?: Movement
  readonly machine?: { readonly total: number; readonly used: Movement; readonly swap_used: Movement }
}

export interface MemorySampler {
  /** Takes the last sample and ends the sampling. */
  stop(): Promise<MemoryMovement>
}

/** Samples between two looks at which processes the serving one has started. */
const familyEvery = 8

/** Samples the serving process with its children and the machine from now on. */
export async function startMemorySampler(servingPid: number | undefined, interval_ms = 250): Promise<MemorySampler> {
  const resident: number[] = []
  const machine: MachineMemory[] = []
  let samples = 0
  /** Servers start a process for each model; walking all processes is too dear for each sample. */
  let family: readonly number[] = []
  const residentOfAll = async (pid: number): Promise<number | undefined> => {
    if (samples % familyEvery === 0) family = [pid, ...(await childProcesses(pid)).map((child) => child.pid)]
    const [own, ...children] = await Promise.all(family.map((each) => readResidentMemory(each)))
    return own === undefined ? undefined : children.reduce<number>((sum, each) => sum + (each ?? 0), own)
  }
  const sample = async (): Promise<void> => {
    const [rss, whole] = await Promise.all([
      servingPid === undefined ? undefined : residentOfAll(servingPid),
      readMachineMemory(),
    ])
    samples += 1
    if (rss !== undefined) resident.push(rss)
    if (whole) machine.push(whole)
  }
  await sample()
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= sample().finally(() => {
      running = undefined
    })
  }, interval_ms)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
      await sample()
      const total = machine[0]?.total
      const serving_rss = movementOf(resident)
      const used = movementOf(machine.map((each) => each.used))
      const swap_used = movementOf(machine.map((each) => each.swap_used))
      return {
        samples,
        interval_ms,
        ...(serving_rss && { serving_rss }),
        ...(total !== undefined && used && swap_used && { machine: { total, used, swap_used } }),
      }
    },
  }
}

function movementOf(values: readonly number[]): Movement | undefined {
  const [before] = values
  const after = values.at(-1)
  if (before === undefined || after === undefined) return undefined
  return { before, peak: values.reduce((highest, each) => Math.max(highest, each), 0), after }
}
