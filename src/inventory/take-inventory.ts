import { join } from 'node:path'
import type { BenchConfig } from '../config/schema.ts'
import type { InventoryFacts } from '../evidence/inventory-schema.ts'
import { readMachineMemory } from '../machine/memory-reading.ts'
import { modelServers } from '../machine/model-servers.ts'
import { allListeners } from '../machine/port-listeners.ts'
import { readPower } from '../machine/power.ts'
import type { ProcessOptions } from '../machine/process-table.ts'
import { serviceUnits } from '../machine/service-units.ts'
import { type MachineSnapshot, quickSnapshot, takeSnapshot } from '../machine/snapshot.ts'
import { latestLanes } from './latest-lanes.ts'
import { listeningAt } from './listening-at.ts'
import { scanClients } from './scan-clients.ts'
import { surveyRuntimes } from './survey-runtimes.ts'

export interface InventoryOptions {
  /** Completed by the environment. */
  readonly config: BenchConfig
  /** Folder of bench.config.yaml. */
  readonly root: string
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Taken already, or on its way. */
  readonly snapshot?: Promise<MachineSnapshot>
  /** Where the kernel shows its processes. */
  readonly processes?: ProcessOptions
  /** Nothing is waited for longer than that (1500). */
  readonly deadline_ms?: number
}

/**
 * Looks once at all that serves and calls models here: runtimes, their models, processes, services, the machine, the
 * config's client files. Everything at the same time and within the deadline; what is not there by then is absent. No
 * model is asked, nothing is loaded.
 */
export async function takeInventory({
  config,
  root,
  environment = process.env,
  snapshot,
  processes = {},
  deadline_ms = 1_500,
}: InventoryOptions): Promise<InventoryFacts> {
  const started = performance.now()
  const listeners = allListeners(processes)
  const daemons = modelServers(processes)
  const units = daemons?.flatMap(({ unit }) => unit ?? []) ?? []
  const keys = Object.values(config.runtimes).flatMap((each) => ('api_key_env' in each ? (each.api_key_env ?? []) : []))
  const [runtimes, services, hardware, latest, clients] = await Promise.all([
    surveyRuntimes(config, root, { environment, listening: listeningAt(listeners, processes), deadline_ms }),
    serviceUnits(units, deadline_ms),
    describeHardware(snapshot ?? takeSnapshot(), deadline_ms),
    latestLanes(join(root, '.bench')),
    config.clients && scanClients(config.clients, root, { variables: keys }),
  ])
  return {
    total_ms: Math.round(performance.now() - started),
    runtimes,
    ...(daemons && { daemons }),
    units: services,
    hardware,
    ...(latest && { latest }),
    ...(clients && { clients }),
  }
}

async function describeHardware(
  snapshot: Promise<MachineSnapshot>,
  deadline_ms: number,
): Promise<InventoryFacts['hardware']> {
  const late = new Promise<undefined>((done) => setTimeout(done, deadline_ms, undefined).unref())
  const [taken, memory] = await Promise.all([Promise.race([snapshot, late]), Promise.race([readMachineMemory(), late])])
  const { operating_system, cpu, cores, memory_bytes } = taken ?? quickSnapshot()
  return {
    operating_system,
    cpu,
    cores,
    memory_bytes,
    ...(memory && { memory_used_bytes: memory.used, swap_used_bytes: memory.swap_used }),
    ...(taken && { gpus: taken.gpus }),
    ...readPower(),
  }
}
