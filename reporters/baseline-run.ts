import { join } from 'node:path'
import { compareRuns } from '../src/comparison/compare.ts'
import type { BenchConfig } from '../src/config/schema.ts'
import { findRun } from '../src/evidence/find-run.ts'
import type { Evidence } from '../src/evidence/schema.ts'
import { comparisonText } from './comparison-text.ts'

/** How a run stands against the config's baseline. */
export interface AgainstBaseline {
  /** False where anything regressed, a required gate no longer passes, or it cannot be told, as where nothing compares. */
  readonly held: boolean
  /** For the terminal. */
  readonly text: string
}

/** Compares a whole run with the baseline that `fail_on: regression` names. A missing baseline is no pass. */
export async function againstBaseline(
  evidence: readonly Evidence[],
  config: BenchConfig,
  { root, run }: { readonly root: string; readonly run: string },
): Promise<AgainstBaseline> {
  try {
    const baseline = await findRun(join(root, config.baseline), root, root)
    const comparison = compareRuns({ a: baseline.evidence, b: evidence, config })
    const isNoWorse = comparison.result === 'improved' || comparison.result === 'no-evidence-of-change'
    const held = isNoWorse && comparison.pairs.every(({ lost_gates }) => lost_gates.length === 0)
    return { held, text: `Against the baseline:\n${comparisonText(comparison, { a: config.baseline, b: run })}` }
  } catch (error) {
    const why = (error as Error).message
    return {
      held: false,
      text: `bench-memo: fail_on: regression, and there is no baseline to compare with: ${why}. Copy the evidence of a run that you accept to ${config.baseline}, as in cp -r .bench/runs/<run>/evidence ${config.baseline}`,
    }
  }
}
