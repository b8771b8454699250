import type { TestCase, TestModule, TestRunEndReason } from 'vitest/node'

export type FailOn = 'gate' | 'regression' | 'never'

/** What is known of a run when its exit code is decided. */
export interface RunOutcome {
  readonly reason: TestRunEndReason
  readonly unhandledErrors: number
  /** Records asked, answered or not. */
  readonly completions: number
  /** Required gates that the assessment of a whole run finds open or failed. */
  readonly openGates: number
  /** True where a whole run was compared with the baseline, could be, and nothing is worse. */
  readonly heldBaseline: boolean
  readonly modules: readonly TestModule[]
}

/**
 * 1 where anything but a gate failed: unhandled and collection errors, interruption, no evidence, a failed test that
 * is no gate. Only where every failure is proven to be a gate does `failOn` decide.
 */
export function exitCode(
  { reason, unhandledErrors, completions, openGates, heldBaseline, modules }: RunOutcome,
  failOn: FailOn,
): 0 | 1 | 'as it is' {
  if (reason === 'interrupted' || unhandledErrors > 0 || completions === 0) return 1
  if (modules.some((module) => module.errors().length > 0 || suiteErrors(module) > 0)) return 1
  const failed = modules.flatMap((module) => [...module.children.allTests('failed')])
  if (failOn === 'gate' && openGates > 0) return 1
  if (failOn === 'regression' && !heldBaseline) return 1
  if (failed.length === 0) return reason === 'passed' ? 'as it is' : 1
  const onlyGates = failed.every((test) => {
    const errors = test.result().errors ?? []
    return hasFailedGate(test) && errors.length > 0 && errors.every((error) => error.name === 'GateFailure')
  })
  return onlyGates && failOn !== 'gate' ? 0 : 1
}

function suiteErrors(module: TestModule): number {
  return [...module.children.allSuites()].reduce((total, suite) => total + suite.errors().length, 0)
}

/** A name can be borrowed; the test must also have written down a gate that did not pass. */
function hasFailedGate(test: TestCase): boolean {
  return test
    .artifacts()
    .some(
      (artifact) =>
        artifact.type === 'bench-memo:evidence' &&
        artifact.evidence.some((each) => each.kind === 'verdict' && each.status !== 'pass'),
    )
}
