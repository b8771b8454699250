import type { BenchConfig } from '../config/schema.ts'
import { type FaultName, faultNames } from '../evidence/fault-schema.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import { workerSettingsSha256 } from '../evidence/worker-settings.ts'
import { type FaultOutcome, faultOutcome } from '../gates/fault-outcome.ts'

/** What a worker did about one way in which its model server failed. */
export interface WorkerFault extends FaultOutcome {
  readonly worker: string
  readonly workload: string
  readonly lane: string
  readonly fault: FaultName
  readonly evidence_id: string
}

/** Of the workers as the config has them today, the latest trial of each fault, in the order in which they are tried. Pure. */
export function workerFaults(evidence: readonly Evidence[], config: BenchConfig): WorkerFault[] {
  const tried = evidence.filter((each): each is EvidenceOf<'fault'> => each.kind === 'fault')
  return Object.entries(config.workers).flatMap(([worker, settings]) => {
    const { faults } = settings
    if (!faults) return []
    const own = tried.filter(
      (each) => each.worker === worker && each.settings_sha256 === workerSettingsSha256(settings),
    )
    return faultNames.flatMap((fault): WorkerFault[] => {
      const latest = own.findLast((each) => each.fault === fault)
      if (!latest) return []
      const { workload, lane, id } = latest
      return [{ worker, workload, lane, fault, ...faultOutcome(latest, faults), evidence_id: id }]
    })
  })
}
