import { assess } from '../../../src/assessment/assess.ts'
import type { Statement } from '../../../src/assessment/statement.ts'
import type { WorkloadAssessment } from '../../../src/assessment/workload-assessment.ts'
import type { BenchConfig } from '../../../src/config/schema.ts'
import { uniteEvidence } from '../../../src/evidence/read.ts'
import type { Evidence } from '../../../src/evidence/schema.ts'
import type { SeedWorkload } from './datasets.ts'
import { seedConfig } from './evidence.ts'

/** What `assess()` makes of a workload's evidence, read back as from disk. */
export function assessed(
  workload: SeedWorkload,
  evidence: readonly Evidence[],
  config: BenchConfig = seedConfig,
): WorkloadAssessment {
  const found = assess(uniteEvidence(evidence), config).workloads.find((each) => each.workload === workload)
  if (!found) throw new Error(`the config has no ${workload}`)
  return found
}

export function textsOf(statements: readonly Statement[]): string[] {
  return statements.map(({ text }) => text)
}
