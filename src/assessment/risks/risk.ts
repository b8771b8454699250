import type { BenchConfig } from '../../config/schema.ts'
import type { Evidence, EvidenceOf } from '../../evidence/schema.ts'
import type { LaneAssessment } from '../lane-assessment.ts'
import type { WorkerFault } from '../worker-faults.ts'
import type { WorkloadAssessment } from '../workload-assessment.ts'

export const severities = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]

/** The rule behind each severity: by what happens if nothing is done. */
export const severityRules: Readonly<Record<Severity, string>> = {
  critical: 'a wrong or incomplete result counts as a right one, or what is private gets out',
  high: 'work that could be done is not, or the machine and its queue stop',
  medium: 'works now, and fails or slows down under more load, longer prompts or the next change',
  low: 'nothing has failed; a guard is missing for when something does',
}

/** What the register looks for. */
export const riskNames = [
  'unproven-identity',
  'misleading-success-counters',
  'silent-truncation',
  'secrets-exposed',
  'exposed-endpoint',
  'stale-blocks',
  'unbounded-queue-retries',
  'memory-pressure',
  'missing-health-checks',
  'fragile-shell-wrappers',
  'tag-drift',
  'stale-model-manifests',
  'oversized-context-windows',
  'thermal-throttling',
  'cpu-fallback',
  'no-fallback-lane',
] as const
export type RiskName = (typeof riskNames)[number]

/** One risk that was seen, with its evidence. */
export interface Risk {
  readonly risk: RiskName
  readonly severity: Severity
  /** A lane, a worker, a workload, a runtime or a file: whose risk it is. */
  readonly subject: string
  readonly finding: string
  /** In the shape of a patch: what to change where, the field or the setting by name. */
  readonly remediation: string
  /** `keep`: nothing needs to change as long as `check` says so. */
  readonly decision: 'keep' | 'change'
  /** What will show that it is gone. */
  readonly check: string
  readonly evidence_ids: readonly string[]
}

/** All that a detector may look at. */
export interface RiskContext {
  readonly evidence: readonly Evidence[]
  readonly config: BenchConfig
  readonly workloads: readonly WorkloadAssessment[]
  readonly lanes: readonly LaneAssessment[]
  readonly faults: readonly WorkerFault[]
}

/** What a detector found, or why it could not look. */
export type Detection = { readonly risks: readonly Risk[] } | { readonly not_examined: string }
export type Detector = (context: RiskContext) => Detection

type LogFinding = EvidenceOf<'log'>['findings'][number]

/** What logs hold of some kinds of faults, with the evidence that it stands in; undefined where no log was read. */
export function logFindings(
  { evidence }: Pick<RiskContext, 'evidence'>,
  ...detectors: readonly string[]
): readonly { readonly finding: LogFinding; readonly evidence_id: string }[] | undefined {
  const logs = evidence.filter((each): each is EvidenceOf<'log'> => each.kind === 'log')
  if (!logs.some(({ sources }) => sources.some(({ problem }) => problem === undefined))) return undefined
  return logs.flatMap(({ id, findings }) =>
    findings.filter(({ detector }) => detectors.includes(detector)).map((finding) => ({ finding, evidence_id: id })),
  )
}

/** A finding of the logs as a risk. */
export function riskOfLog(
  risk: RiskName,
  severity: Severity,
  { finding, evidence_id }: { readonly finding: LogFinding; readonly evidence_id: string },
): Risk {
  const { title, count, first_at, last_at, rule, first, remedy, evidence } = finding
  const when = first_at && last_at ? `, from ${first_at.slice(0, 16)} to ${last_at.slice(0, 16)} UTC` : ''
  const source = evidence === 'synthetic' ? ' (the rule was never proven on a real fault)' : ''
  return {
    risk,
    severity,
    subject: first.file,
    finding: `${title}: ${count} ${count === 1 ? 'time' : 'times'}${when}${source}`,
    remediation: remedy,
    decision: 'change',
    check: `npx bench-memo logs finds no ${rule} after the change (--since)`,
    evidence_ids: [evidence_id],
  }
}

const noLogs = 'no log was read: name files under `logs:` of bench.config.yaml'
const noFaults = 'no worker was put to the test of faults: set `faults: {}` at a worker of bench.config.yaml'
/** Why a detector that reads these could not look. */
export const unexamined = { noLogs, noFaults, neither: `${noFaults}; ${noLogs}` } as const
