import type { BenchConfig } from '../config/schema.ts'
import type { LogFacts, LogFinding } from '../evidence/log-schema.ts'
import type { Evidence } from '../evidence/schema.ts'
import { type LogContradiction, logContradictions } from './log-contradictions.ts'
import type { Statement } from './statement.ts'

/** What a run's logs say. */
export interface LogAssessment {
  readonly findings: readonly (LogFinding & { readonly evidence_id: string })[]
  /** What they say against what the run measured. */
  readonly contradictions: readonly LogContradiction[]
  readonly sources: LogFacts['sources']
  /** Logs that were not read, and limits that were hit. */
  readonly notes: readonly Statement[]
}

/** Undefined where no log was read. */
export function assessLogs(evidence: readonly Evidence[], config: BenchConfig): LogAssessment | undefined {
  const logs = evidence.filter((each) => each.kind === 'log')
  if (logs.length === 0) return undefined
  return {
    findings: logs.flatMap(({ id, findings }) => findings.map((finding) => ({ ...finding, evidence_id: id }))),
    contradictions: logs.flatMap((each) => logContradictions(each, ofTheRun(evidence, each.run_id), config, each.id)),
    sources: logs.flatMap(({ sources }) => sources),
    notes: logs.flatMap(({ id, sources, bounds }) => [
      ...sources.flatMap(({ name, problem }) =>
        problem === undefined ? [] : [{ text: `${name}: ${problem}`, evidence_ids: [id] }],
      ),
      ...bounds.map((text) => ({ text, evidence_ids: [id] })),
    ]),
  }
}

/** Of merged runs, each machine's logs are held against its own answers. */
function ofTheRun(evidence: readonly Evidence[], run: string): readonly Evidence[] {
  return evidence.filter(({ run_id }) => run_id === run)
}
