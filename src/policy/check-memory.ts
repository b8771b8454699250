import { runsHere } from '../config/runs-here.ts'
import type { BenchConfig } from '../config/schema.ts'
import { percent } from '../gates/wording.ts'
import { readMachineMemory } from '../machine/memory-reading.ts'
import type { Check } from './checks.ts'

/** Whether this machine has memory to spare now, for a lane that runs on it. */
export async function checkMemory(config: BenchConfig, lane: string): Promise<Check> {
  const name = 'memory'
  if (!runsHere(config, lane)) return { name, status: 'not-applicable', detail: 'the lane runs elsewhere' }
  const memory = await readMachineMemory()
  if (!memory) return { name, status: 'unknown', detail: 'the memory of this machine cannot be read' }
  const { caution_used_percent: caution, critical_used_percent: critical } = config.machine.memory
  const share = memory.used / memory.total
  const detail = `${percent(share)} in use`
  if (100 * share >= critical) return { name, status: 'fail', detail: `${detail}, critical is ${critical} %` }
  if (100 * share >= caution)
    return {
      name,
      status: 'pass',
      detail,
      condition: `memory in use stays below ${critical} %; caution is ${caution} %`,
    }
  return { name, status: 'pass', detail }
}
