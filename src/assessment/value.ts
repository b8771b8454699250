import type { BenchConfig } from '../config/schema.ts'
import type { Interval } from '../statistics/interval.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import type { LaneStanding } from './lane-status.ts'
import type { Route } from './route.ts'

/** What a route is worth in a month: the config's assumptions times the measured share of good records. A part without an assumption is absent. */
export interface MonthlyValue {
  readonly workload: string
  readonly tasks: number
  /** Share of good records on the serving lane: only these save time. */
  readonly good_share: number
  /** Distinct records that were judged, how many of them are good, and the share's two-sided 95 % interval (Wilson). */
  readonly records: number
  readonly good: number
  readonly good_interval: Interval
  readonly hours_saved?: number
  readonly labour_value?: number
  readonly external_spend_avoided?: number
  /** The answers behind `good_share`. */
  readonly evidence_ids: readonly string[]
}

/** Only workloads that a local lane serves on its own count; undefined where the config gives no volume. */
export function monthlyValue(
  config: BenchConfig,
  workload: string,
  route: Route,
  standings: readonly LaneStanding[],
): MonthlyValue | undefined {
  const { volume, value } = config.workloads[workload] ?? {}
  if (!volume || route.route !== 'local-primary' || route.mode !== 'autonomous') return undefined
  const tasks = volume.per_month
  const quality = standings
    .find(({ lane }) => lane === route.lane)
    ?.verdicts.find(({ gate, n }) => gate === 'quality' && n > 0)
  if (quality?.successes === undefined) return undefined
  const good_share = quality.successes / quality.n
  const hours =
    value?.minutes_saved_per_task === undefined ? undefined : (tasks * good_share * value.minutes_saved_per_task) / 60
  const { labour_per_hour } = config.value
  return {
    workload,
    tasks,
    good_share,
    records: quality.n,
    good: quality.successes,
    good_interval: wilsonInterval(quality.successes, quality.n),
    ...(hours !== undefined && { hours_saved: hours }),
    ...(hours !== undefined && labour_per_hour !== undefined && { labour_value: hours * labour_per_hour }),
    ...(value?.external_cost_per_task !== undefined && {
      external_spend_avoided: tasks * good_share * value.external_cost_per_task,
    }),
    evidence_ids: quality.evidence_ids,
  }
}
