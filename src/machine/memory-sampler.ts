import { execFileSync } from 'node:child_process'
import { platform } from 'node:os'
import { gpuMemoryReader } from './gpu-memory.ts'
import { readKernelFile } from './kernel-file.ts'
import { type LevelFacts, LevelWatch, type Movement } from './level-watch.ts'
import type { PressureLevel } from './macos-memory.ts'
import { type CgroupReading, type FilesystemOptions, findMemoryCgroup, readCgroup } from './memory-cgroup.ts'
import { parseSwapCounts, readMemoryPressure } from './memory-pressure.ts'
import { readMachineMemory, readProportionalMemory, readResidentMemory, residentOfFamily } from './memory-reading.ts'
import { processFamily } from './process-family.ts'
import { readProcessorHeat } from './processor-heat.ts'
import { StallWatch, SwapWatch } from './stall-watch.ts'

/** What memory did while it was watched; bytes. A part that could never be read is absent. */
export interface MemoryMovement {
  readonly samples: number
  readonly interval_ms: number
  readonly watched_ms: number
  /** `loaded`: when the caller said that the model was in memory, before it was asked anything. */
  readonly serving_rss?: Movement & { readonly loaded?: number }
  readonly serving_pss?: Movement
  readonly machine?: { readonly total: number; readonly used: LevelFacts; readonly swap_used: Movement }
  readonly swapped?: { readonly in_bytes: number; readonly out_bytes: number; readonly highest_in_per_second: number }
  readonly stalled?: {
    readonly some_avg10_peak: number
    readonly full_avg10_peak: number
    readonly some_ms: number
    readonly full_ms: number
  }
  readonly pressure_levels?: Readonly<Record<PressureLevel, number>>
  readonly oom_kills?: number
  readonly cgroup?: {
    readonly version: 1 | 2
    readonly limit?: number
    readonly used?: LevelFacts
    readonly oom_kills?: number
    readonly limit_hits?: number
  }
  readonly gpu?: { readonly total: number; readonly used: Movement }
  readonly clock_mhz?: { readonly before: number; readonly lowest: number; readonly after: number }
  readonly temperature_celsius?: Movement
}

export interface MemorySampler {
  /** Notes what the serving process holds now that the model is in memory. */
  markLoaded(): Promise<void>
  /** Takes the last sample and ends the sampling. */
  stop(): Promise<MemoryMovement>
}

export interface SamplerOptions extends FilesystemOptions {
  /** 250 on Linux, 2000 elsewhere, where each sample starts a process. */
  readonly interval_ms?: number
}

/** Samples between two looks at what is dearer: counters; which processes the serving one has started; pages and sensors. */
const countersEvery = 4
const familyEvery = 8
const pagesEvery = 40

/** Samples the serving process with its children, its control group and the machine from now on. */
export async function startMemorySampler(
  servingPid: number | undefined,
  { interval_ms = platform() === 'linux' ? 250 : 2_000, ...where }: SamplerOptions = {},
): Promise<MemorySampler> {
  const proc = `${where.filesystem ?? ''}/proc`
  const begun = performance.now()
  const resident = new LevelWatch(interval_ms)
  const proportional = new LevelWatch(interval_ms)
  const used = new LevelWatch(interval_ms)
  const swapUsed = new LevelWatch(interval_ms)
  const groupUsed = new LevelWatch(interval_ms)
  const graphics = new LevelWatch(interval_ms)
  const temperature = new LevelWatch(interval_ms)
  const clocks: number[] = []
  const stalls = new StallWatch()
  const swap = new SwapWatch()
  const levels: Record<PressureLevel, number> = { normal: 0, warning: 0, critical: 0 }
  const oomKills: number[] = []
  const groupReadings: CgroupReading[] = []
  const readGraphics = gpuMemoryReader(where)
  let graphicsTotal = 0
  let samples = 0
  let loaded: number | undefined
  /** Servers start a process for each model; walking all processes is too dear for each sample. */
  let family: readonly number[] = []

  const first = await readMachineMemory(where)
  const total = first?.total
  const cgroup =
    servingPid === undefined ? undefined : findMemoryCgroup(servingPid, total ?? Number.MAX_SAFE_INTEGER, where)
  const pageBytes = platform() === 'linux' ? pageSize() : undefined

  async function sample(isLast = false): Promise<void> {
    const at_ms = performance.now()
    const isDue = (every: number): boolean => isLast || samples % every === 0
    const machine = await readMachineMemory(where)
    if (machine) {
      used.add(at_ms, machine.used)
      swapUsed.add(at_ms, machine.swap_used)
      if (machine.pressure_level) levels[machine.pressure_level] += 1
      if (machine.swapped) swap.add(at_ms, machine.swapped)
    }
    if (servingPid !== undefined) {
      if (isDue(familyEvery)) family = await processFamily(servingPid, { root: proc })
      addSum(resident, at_ms, await Promise.all(family.map((each) => readResidentMemory(each, where))))
      if (isDue(pagesEvery))
        addSum(
          proportional,
          at_ms,
          family.map((each) => readProportionalMemory(each, where)),
        )
    }
    if (cgroup && (cgroup.limit !== undefined || isDue(countersEvery))) {
      const reading = readCgroup(cgroup)
      if (reading.used !== undefined) groupUsed.add(at_ms, reading.used)
      groupReadings.splice(1, 1, reading)
    }
    if (isDue(countersEvery)) {
      const counts = parseSwapCounts(readKernelFile(`${proc}/vmstat`))
      if (counts && pageBytes !== undefined)
        swap.add(at_ms, { in_bytes: counts.pages_in * pageBytes, out_bytes: counts.pages_out * pageBytes })
      if (counts?.oom_kills !== undefined) oomKills.splice(1, 1, counts.oom_kills)
      stalls.add(readMemoryPressure(`${proc}/pressure/memory`))
    }
    if (isDue(pagesEvery)) {
      const card = await readGraphics?.()
      if (card) {
        graphicsTotal = card.total
        graphics.add(at_ms, card.used)
      }
      const heat = readProcessorHeat(where)
      if (heat.clock_mhz !== undefined) clocks.push(heat.clock_mhz)
      if (heat.temperature_celsius !== undefined) temperature.add(at_ms, heat.temperature_celsius)
    }
    samples += 1
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
    async markLoaded() {
      if (servingPid === undefined) return
      // The process that loads a model has often begun since the last look.
      family = await processFamily(servingPid, { root: proc })
      loaded = await residentOfFamily(servingPid, where)
      if (loaded !== undefined) resident.add(performance.now(), loaded)
    },
    async stop() {
      clearInterval(timer)
      await running
      await sample(true)
      const machineUsed = used.facts()
      const [serving_rss, serving_pss] = [movementOf(resident), movementOf(proportional)]
      const [swap_used, gpuUsed] = [movementOf(swapUsed), movementOf(graphics)]
      const swapped = swap.facts()
      const stalled = stalls.facts()
      const oom_kills = difference(oomKills)
      const temperature_celsius = movementOf(temperature)
      return {
        samples,
        interval_ms,
        watched_ms: Math.round(performance.now() - begun),
        ...(serving_rss && { serving_rss: { ...serving_rss, ...(loaded !== undefined && { loaded }) } }),
        ...(serving_pss && { serving_pss }),
        ...(total !== undefined && machineUsed && swap_used && { machine: { total, used: machineUsed, swap_used } }),
        ...(swapped && { swapped }),
        ...(stalled && { stalled }),
        ...(levels.normal + levels.warning + levels.critical > 0 && { pressure_levels: levels }),
        ...(oom_kills !== undefined && { oom_kills }),
        ...(cgroup && { cgroup: groupFacts(cgroup, groupUsed.facts(), groupReadings) }),
        ...(gpuUsed && { gpu: { total: graphicsTotal, used: gpuUsed } }),
        ...(clocks.length > 0 && {
          clock_mhz: { before: clocks[0] as number, lowest: Math.min(...clocks), after: clocks.at(-1) as number },
        }),
        ...(temperature_celsius && { temperature_celsius }),
      }
    },
  }
}

/** The process itself, which comes first, must be readable; children may have ended. */
function addSum(watch: LevelWatch, at_ms: number, [own, ...children]: readonly (number | undefined)[]): void {
  if (own !== undefined)
    watch.add(
      at_ms,
      children.reduce<number>((sum, each) => sum + (each ?? 0), own),
    )
}

function movementOf(watch: LevelWatch): Movement | undefined {
  const facts = watch.facts()
  return facts && { before: facts.before, peak: facts.peak, after: facts.after }
}

/** By how much a counter grew from its first to its last reading. */
function difference(readings: readonly (number | undefined)[]): number | undefined {
  const [first, last] = [readings[0], readings.at(-1)]
  return first === undefined || last === undefined ? undefined : Math.max(0, last - first)
}

function groupFacts(
  { version, limit }: { readonly version: 1 | 2; readonly limit?: number },
  used: LevelFacts | undefined,
  readings: readonly CgroupReading[],
): NonNullable<MemoryMovement['cgroup']> {
  const oom_kills = difference(readings.map((each) => each.oom_kills))
  const limit_hits = difference(readings.map((each) => each.limit_hits))
  return {
    version,
    ...(limit !== undefined && { limit }),
    ...(limit !== undefined && used && { used }),
    ...(oom_kills !== undefined && { oom_kills }),
    ...(limit_hits !== undefined && { limit_hits }),
  }
}

let knownPageSize: number | undefined

/** Node does not tell it; 4096 where getconf(1) is missing, as on all but a few machines. */
function pageSize(): number {
  if (knownPageSize === undefined) {
    try {
      knownPageSize = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8', timeout: 2_000 })) || 4096
    } catch {
      knownPageSize = 4096
    }
  }
  return knownPageSize
}
