/**
 * What production code asks before and after a job, as the commands `preflight`, `check` and `probe` do, and the config
 * that they take. Loads nothing of Vitest.
 *
 * ```ts
 * const { config, root } = await openConfig(process.cwd())
 * const { verdict, checks } = await preflight({ config, root, workload: 'support-summary' })
 * if (verdict !== 'go') return requeue(checks)
 * ```
 */
export { type OpenedConfig, openConfig } from './config/open-config.ts'
export { UnknownName } from './policy/candidate-lane.ts'
export { type CheckOptions, checkResult, type ResultCheck } from './policy/check-result.ts'
export type { Check, CheckName, GoVerdict } from './policy/checks.ts'
export { type LaneForModel, laneForModel } from './policy/lane-for-model.ts'
export { PolicyUnreadable } from './policy/policy-file.ts'
export { type Preflight, type PreflightOptions, preflight } from './policy/preflight.ts'
export { type TimedRuns, type TimedRunsOptions, timedRuns } from './policy/timed-runs.ts'
