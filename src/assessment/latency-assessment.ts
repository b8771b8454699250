import type { BenchConfig } from '../config/schema.ts'
import type { Evidence } from '../evidence/schema.ts'
import { type LatencyPopulation, latencyPopulations } from '../gates/latency-populations.ts'
import { firstOfTrials } from '../gates/trials.ts'
import { completionsOf, isAnswered } from '../gates/verdict.ts'

/** How long a lane took over a workload's records; populations that had no answer are absent. */
export interface LatencyAssessment {
  readonly workload: string
  readonly lane: string
  readonly populations: readonly LatencyPopulation[]
}

/** Pure. Pairs of workload and lane without an answer are left out. */
export function assessLatencies(evidence: readonly Evidence[], config: BenchConfig): LatencyAssessment[] {
  return Object.entries(config.workloads).flatMap(([workload, { lanes }]) =>
    lanes.flatMap((lane) => {
      const answered = completionsOf({ config, lane, workload, evidence }).filter(isAnswered)
      if (answered.length === 0) return []
      return [{ workload, lane, populations: latencyPopulations(firstOfTrials(answered)) }]
    }),
  )
}
