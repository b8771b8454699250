import type { DatasetRecord } from '../datasets/dataset.ts'
import type { EvidenceFacts, EvidenceOf } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import { curtailmentOf } from '../gates/curtailment.ts'
import { watchSettledFailure } from '../gates/settled.ts'
import type { GateInput, Verdict } from '../gates/verdict.ts'
import type { Lane } from '../lanes/lane.ts'
import type { ProvidedBench } from './provided.ts'

/** When a gate run stops asking a lane at a workload, and what is then written down. */
export interface EarlyStop {
  /** True once a required gate has failed for good; always false in a memo run, and where a baseline decides. */
  isSettled(): boolean
  /** Facts of kind `curtailment`; undefined where all of these records were asked, or where that is written down. */
  curtailment(records: readonly DatasetRecord[]): CurtailmentFacts | undefined
}
type CurtailmentFacts = Extract<EvidenceFacts, Omit<EvidenceOf<'curtailment'>, 'id' | 'run_id' | 'at'>>

export function earlyStop(lane: Lane, { config }: Pick<ProvidedBench, 'config'>): EarlyStop {
  let failure: Verdict | undefined
  const settledFailure = watchSettledFailure({ config, lane: lane.name, workload: lane.workload })
  return {
    isSettled() {
      // What was stopped does not compare with the baseline.
      if (config.run !== 'gate' || config.fail_on === 'regression') return false
      failure ??= settledFailure(lane.evidence())
      return failure !== undefined
    },
    curtailment(records) {
      if (!failure) return undefined
      const asked = new Set(lane.evidence().flatMap((each) => (each.kind === 'completion' ? [each.record_sha256] : [])))
      const all = new Set([...asked, ...records.map(({ input }) => sha256(input))])
      const known = curtailmentOf(inputOf(lane, config))
      if (all.size === asked.size || (known && known.records >= all.size)) return undefined
      return {
        kind: 'curtailment',
        lane: lane.name,
        workload: lane.workload,
        gate: known?.gate ?? failure.gate,
        asked: asked.size,
        records: all.size,
      }
    },
  }
}

/** What the gates judge of a lane, as far as it is recorded. */
export function inputOf(lane: Lane, config: ProvidedBench['config']): GateInput {
  return { config, lane: lane.name, workload: lane.workload, evidence: lane.evidence() }
}
