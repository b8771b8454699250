import { relative } from 'node:path'
import type { SerializedError } from 'vitest'
import type { TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import { type Assessment, assess, isGateRun } from '../src/assessment/assess.ts'
import { configOfEvidence } from '../src/evidence/config-of-evidence.ts'
import { EvidenceError } from '../src/evidence/read.ts'
import type { Evidence } from '../src/evidence/schema.ts'
import type { BenchContext } from '../src/vitest/bench-context.ts'
import { runFilters } from '../src/vitest/run-filters.ts'
import { scanLogsOnce } from '../src/vitest/scan-logs-once.ts'
import { againstBaseline } from './baseline-run.ts'
import { collectEvidence } from './collect-evidence.ts'
import { exitCode, type FailOn } from './exit-code.ts'
import { printFailures } from './print-failures.ts'
import { terminalSummary } from './terminal.ts'
import { writeMemo } from './write-memo.ts'

interface EndedRun {
  readonly vitest: Vitest
  readonly context: BenchContext | undefined
  readonly modules: readonly TestModule[]
  readonly errors: readonly SerializedError[]
  readonly reason: TestRunEndReason
  readonly failOn?: FailOn
}

/** The stages of a run's end: note an interruption, collect, assess, write, show, decide the exit code. */
export async function endRun({ vitest, context, modules, errors, reason, failOn }: EndedRun): Promise<void> {
  const log = (text: string): void => vitest.logger.log(text)
  if (vitest.config.reporters.length === 1) printFailures(vitest, modules, errors)
  if (!context) {
    log(
      "bench-memo: no lanes, since the plugin is not in the Vitest config. Add `import benchMemo from 'bench-memo/plugin'` " +
        'and `plugins: [benchMemo()]`.',
    )
    process.exitCode = 1
    return
  }
  // Else when Vitest closes, after the engine has let go of its weights.
  if (vitest.config.watch) await context.release()
  const run = context.run()
  if (reason === 'interrupted' && run.begun) {
    await context.append({
      kind: 'incident',
      what: 'The run was interrupted.',
      remedy: 'What was measured before is kept; run again to complete it.',
    })
  }
  if (run.begun) await Promise.all([scanLogsOnce(context), context.settled()])
  try {
    const { evidence, torn } = await collectEvidence(run.begun ? run.evidenceFolder : undefined, modules)
    const config = configOfEvidence(context.loaded, evidence)
    const assessment = assess(evidence, config)
    const isWhole = reason !== 'interrupted' && runFilters(vitest).length === 0 && isUnfiltered(evidence)
    const asked = failOn ?? config.fail_on
    // A narrowed run lacks what the baseline has: then its gates decide.
    const policy = asked === 'regression' && !isWhole ? 'gate' : asked
    const against =
      policy === 'regression'
        ? await againstBaseline(evidence, config, { root: context.root, run: relative(context.root, run.folder) })
        : undefined
    const decided = exitCode(
      {
        reason,
        unhandledErrors: errors.length,
        completions: evidence.filter((each) => each.kind === 'completion').length,
        openGates: isWhole ? openGates(assessment) : 0,
        heldBaseline: against?.held === true,
        modules,
      },
      policy,
    )
    // What others set stays: 0 is written only over what the gates' own failures made of it.
    if (decided !== 'as it is') process.exitCode = decided
    if (evidence.length === 0) {
      log('bench-memo: no lane was asked anything, so there is no evidence and no memo.')
      return
    }
    // The latest memo is what rates and routes are taken from: a run that may stop early is no basis for it.
    const memo = await writeMemo(assessment, run, context.folder, isWhole && !isGateRun(evidence))
    for (const segment of torn) log(`bench-memo: the last line of ${segment} was cut off by a kill and is left out.`)
    if (against) log(`\n${against.text}`)
    log(`\n${terminalSummary(assessment)}\n\nMemo: ${relative(process.cwd(), memo.markdown)}`)
  } catch (error) {
    process.exitCode = 1
    log(`bench-memo: no memo. ${error instanceof EvidenceError ? error.message : ((error as Error).stack ?? error)}`)
  }
}

/** Every run record that came along, as from a blob, was of a whole run. */
function isUnfiltered(evidence: readonly Evidence[]): boolean {
  return evidence.every((each) => each.kind !== 'run' || each.filters.length === 0)
}

/** Required gates that did not pass, on lanes that were asked anything: a test may have caught or turned the failure. */
function openGates({ workloads }: Assessment): number {
  return workloads
    .flatMap(({ standings }) => standings)
    .filter(({ verdicts }) => verdicts.some(({ gate, n }) => gate === 'validity' && n > 0))
    .flatMap(({ verdicts }) => verdicts)
    .filter(({ required, status }) => required && status !== 'pass' && status !== 'not-applicable').length
}
