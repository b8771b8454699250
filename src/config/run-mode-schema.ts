import { z } from 'zod'

/**
 * What a run is for. `memo` asks every record, and only such runs give rates. `gate` says whether the gates pass and
 * stops asking a lane once one of them has failed for good: the same verdict from fewer calls.
 */
export const runModes = ['memo', 'gate'] as const
export type RunMode = (typeof runModes)[number]

export const runModeSchema = z
  .enum(runModes)
  .default('memo')
  .describe(
    'memo: ask every record, for rates, routes and value; gate (for CI): stop asking a lane at a workload once a required gate has failed for good. BENCH_MEMO_RUN goes before it',
  )
