import type { MachineConfig } from '../config/machine-schema.ts'
import type { LevelEvidence } from '../evidence/memory-schema.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { trend } from '../statistics/trend.ts'
import { count, megabytes, percent, seconds } from './wording.ts'

/** From best to worst; `unknown` where nothing was measured, or too briefly to rule critical out, which is never ok. */
export const memoryStates = ['ok', 'caution', 'unknown', 'critical'] as const
export type MemoryState = (typeof memoryStates)[number]

type Limits = MachineConfig['memory']

/** Something that was seen of memory, and the state that it stands for by itself. */
export interface MemoryFinding {
  readonly state: MemoryState
  readonly text: string
  /** What must stay true for a pass; set on caution. */
  readonly condition?: string
}

const unread: MemoryFinding = { state: 'unknown', text: 'the memory of this machine was not read' }

/** All that one record of memory shows, the worst first; `unknown` where the machine's memory was not read. */
export function memoryState(
  facts: EvidenceOf<'memory'>,
  limits: Limits,
): { readonly state: MemoryState; readonly findings: readonly MemoryFinding[] } {
  const { machine, cgroup } = facts
  const findings = [
    ...(machine ? levelFindings(machine.used, machine.total, 'memory in use', limits) : [unread]),
    ...(cgroup?.limit && cgroup.used
      ? levelFindings(
          cgroup.used,
          cgroup.limit,
          `memory in use of its control group (limit ${megabytes(cgroup.limit)})`,
          limits,
        )
      : []),
    ...stallFindings(facts, limits),
    ...swapFindings(facts, limits),
    ...killFindings(facts),
    ...kernelFindings(facts),
  ].toSorted((one, other) => memoryStates.indexOf(other.state) - memoryStates.indexOf(one.state))
  return { state: findings[0]?.state ?? 'ok', findings }
}

/** A share of a whole, and for how long it was in use; without a time where nobody watched long enough for one. */
interface Lasting {
  readonly share: number
  readonly seconds?: number
}

/** The share that was in use for as long as the config asks, or as anybody watched; else its peak. */
function lastingShare(used: LevelEvidence, total: number, { sustained_seconds }: Limits): Lasting {
  const lasting = (used.held ?? []).filter((each) => each.seconds <= sustained_seconds).at(-1)
  return lasting ? { share: lasting.level / total, seconds: lasting.seconds } : { share: used.peak / total }
}

function levelFindings(used: LevelEvidence, total: number, what: string, limits: Limits): MemoryFinding[] {
  const { caution_used_percent: caution, critical_used_percent: critical } = limits
  const { share, seconds: lasted_seconds } = lastingShare(used, total, limits)
  const peak = used.peak / total
  const lasted = lasted_seconds === undefined || share === peak ? '' : ` for ${lasted_seconds} s`
  const condition = `${what} stays below ${caution} %`
  if (100 * share >= critical && used.held?.length === 0)
    return [
      {
        state: 'unknown',
        text: `${what} reached ${percent(share)}, critical is ${critical} %, and was watched too briefly to tell a moment from a state`,
      },
    ]
  if (100 * share >= critical)
    return [{ state: 'critical', text: `${what} reached ${percent(share)}${lasted}, critical is ${critical} %` }]
  const spike =
    100 * peak >= critical ? `, though a short peak reached ${percent(peak)}, above critical (${critical} %)` : ''
  const growing = growth(used, total, what, limits)
  if (100 * share >= caution)
    return [
      { state: 'caution', condition, text: `above caution (${caution} %), below critical (${critical} %)${spike}` },
      ...growing,
    ]
  if (growing.length > 0) return growing
  const short = 100 * peak >= caution && spike === '' ? `, though a short peak reached ${percent(peak)}` : spike
  return short === '' ? [] : [{ state: 'ok', text: `${what} below caution (${caution} %)${short}` }]
}

/** A trend is drawn through the later half, when the model is in memory, if that is so long. */
const shortestTrend_ms = 30_000
const trendLevel = 0.01
/** Growth of less than this share of the whole is no growth. */
const leastGrowth = 0.005
/** Nobody sees further ahead than so many times what was watched. */
const sightFactor = 10

function growth(used: LevelEvidence, total: number, what: string, limits: Limits): MemoryFinding[] {
  const { critical_used_percent: critical, trend_minutes } = limits
  if (!used.series) return []
  const { every_ms, lowest } = used.series
  const later = lowest.slice(Math.floor(lowest.length / 2))
  const span_ms = later.length * every_ms
  if (span_ms < shortestTrend_ms || later.length < 8) return []
  const { slope, p_value } = trend(later)
  if (slope <= 0 || p_value > trendLevel || slope * later.length < leastGrowth * total) return []
  const left = Math.max(0, (critical / 100) * total - used.after)
  const until_ms = (left / slope) * every_ms
  if (until_ms > Math.min(trend_minutes * 60_000, sightFactor * span_ms)) return []
  const perMinute = megabytes((slope * 60_000) / every_ms)
  return [
    {
      state: 'caution',
      condition: `${what} stops growing`,
      text: `${what} grew by ${perMinute} a minute; at that rate it is critical (${critical} %) in ${seconds(until_ms)}`,
    },
  ]
}

function stallFindings({ stalled }: EvidenceOf<'memory'>, limits: Limits): MemoryFinding[] {
  if (!stalled) return []
  const { caution_stalled_percent: caution, critical_stalled_percent: critical } = limits
  if (critical > 0 && stalled.full_avg10_peak >= critical)
    return [
      {
        state: 'critical',
        text: `all programs stood still for want of memory for ${stalled.full_avg10_peak} % of ten seconds, critical is ${critical} %`,
      },
    ]
  if (caution > 0 && stalled.some_avg10_peak >= caution)
    return [
      {
        state: 'caution',
        condition: `programs stand still for want of memory for less than ${caution} % of the time`,
        text: `some program stood still for want of memory for ${stalled.some_avg10_peak} % of ten seconds, caution is ${caution} %`,
      },
    ]
  return []
}

function swapFindings({ swapped }: EvidenceOf<'memory'>, limits: Limits): MemoryFinding[] {
  if (!swapped) return []
  const { caution_swap_in_megabytes_per_second: caution, critical_swap_in_megabytes_per_second: critical } = limits
  const rate = swapped.highest_in_per_second / 1e6
  const text = `${rate.toFixed(1)} MB a second came back from swap over five seconds`
  if (rate >= critical) return [{ state: 'critical', text: `${text}, critical is ${critical} MB` }]
  if (rate >= caution)
    return [
      {
        state: 'caution',
        condition: `less than ${caution} MB a second come back from swap`,
        text: `${text}, caution is ${caution} MB`,
      },
    ]
  return []
}

function killFindings({ oom_kills = 0, cgroup }: EvidenceOf<'memory'>): MemoryFinding[] {
  const killed = Math.max(oom_kills, cgroup?.oom_kills ?? 0)
  return killed === 0
    ? []
    : [{ state: 'critical', text: `the kernel killed ${count(killed, 'process', 'processes')} for want of memory` }]
}

function kernelFindings({ pressure_levels }: EvidenceOf<'memory'>): MemoryFinding[] {
  if (!pressure_levels) return []
  const { warning, critical } = pressure_levels
  // One look may have met a moment; two did not.
  if (critical >= 2)
    return [{ state: 'critical', text: `the kernel called memory pressure critical (${count(critical, 'sample')})` }]
  if (warning + critical >= 2)
    return [
      {
        state: 'caution',
        condition: 'the kernel calls memory pressure normal',
        text: `the kernel warned of memory pressure (${count(warning + critical, 'sample')})`,
      },
    ]
  return []
}
