import type { BenchConfig } from '../config/schema.ts'
import type { Evidence } from '../evidence/schema.ts'
import { curtailmentOf } from '../gates/curtailment.ts'

/** A lane that a gate run asked no further at a workload: verdicts and counts, no rate. */
export interface CurtailedLane {
  readonly workload: string
  readonly lane: string
  /** The required gate that had failed for good. */
  readonly gate: string
  /** Distinct records that were asked, of those of the full run. */
  readonly asked: number
  readonly records: number
  readonly calls_saved: number
  readonly evidence_ids: readonly string[]
}

/** In the order of the config. Pure. */
export function curtailedLanes(evidence: readonly Evidence[], config: BenchConfig): CurtailedLane[] {
  return Object.entries(config.workloads).flatMap(([workload, { lanes }]) =>
    lanes.flatMap((lane) => {
      const curtailment = curtailmentOf({ evidence, lane, workload })
      if (!curtailment) return []
      const { gate, asked, records, evidence_ids } = curtailment
      return [{ workload, lane, gate, asked, records, calls_saved: records - asked, evidence_ids }]
    }),
  )
}
