import { endpointOf } from '../config/endpoint.ts'
import { runtimeOf } from '../config/location.ts'
import { runsHere } from '../config/runs-here.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { memoryState } from '../gates/memory-state.ts'
import { percent } from '../gates/wording.ts'
import { findServer } from '../lanes/serving-process.ts'
import { findMemoryCgroup, readCgroup } from '../machine/memory-cgroup.ts'
import { readMemoryPressure } from '../machine/memory-pressure.ts'
import { readMachineMemory } from '../machine/memory-reading.ts'
import type { Check } from './checks.ts'

/**
 * Whether memory is to spare now for a lane that runs on this machine: of the machine, of the tightest control group of the
 * process that serves it, and by what stands still for want of it; judged as the memory gate does. One look, so a
 * short peak counts.
 */
export async function checkMemory(config: BenchConfig, lane: string): Promise<Check> {
  const name = 'memory'
  if (!runsHere(config, lane)) return { name, status: 'not-applicable', detail: 'the lane runs elsewhere' }
  const facts = await memoryNow(await servingPid(config, lane))
  if (!facts?.machine) return { name, status: 'unknown', detail: 'the memory of this machine cannot be read' }
  const { state, findings } = memoryState(facts as EvidenceOf<'memory'>, config.machine.memory)
  const { total, used } = facts.machine
  const detail = [`${percent(used.peak / total)} in use`, ...findings.map(({ text }) => text)].join('; ')
  const condition = findings.find((each) => each.condition !== undefined)?.condition
  return {
    name,
    status: state === 'critical' ? 'fail' : state === 'unknown' ? 'unknown' : 'pass',
    detail,
    ...(condition !== undefined && { condition }),
  }
}

/** An embedded engine is started by this process, and lives in its control group. */
async function servingPid(config: BenchConfig, lane: string): Promise<number | undefined> {
  const runtime = runtimeOf(config, lane)
  return runtime.kind === 'embedded' ? process.pid : (await findServer(endpointOf(runtime) as string)())?.pid
}

type MemoryFacts = Pick<EvidenceOf<'memory'>, 'machine' | 'cgroup' | 'stalled' | 'samples' | 'interval_ms'>

async function memoryNow(serving_pid: number | undefined): Promise<MemoryFacts | undefined> {
  const machine = await readMachineMemory()
  if (!machine) return undefined
  const group = serving_pid === undefined ? undefined : findMemoryCgroup(serving_pid, machine.total)
  const groupUsed = group && readCgroup(group).used
  const pressure = readMemoryPressure('/proc/pressure/memory')
  return {
    samples: 1,
    interval_ms: 0,
    machine: { total: machine.total, used: once(machine.used), swap_used: once(machine.swap_used) },
    ...(group && {
      cgroup: {
        version: group.version,
        ...(group.limit !== undefined && { limit: group.limit }),
        ...(groupUsed !== undefined && { used: once(groupUsed) }),
      },
    }),
    ...(pressure && {
      stalled: { some_avg10_peak: pressure.some.avg10, full_avg10_peak: pressure.full.avg10, some_ms: 0, full_ms: 0 },
    }),
  }
}

const once = (level: number) => ({ before: level, peak: level, after: level })
