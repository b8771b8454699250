import type { SerializedError } from 'vitest'
import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import { type BenchContext, contextOf } from '../src/vitest/bench-context.ts'
import type { FailOn } from './exit-code.ts'
import type { LiveView } from './live-view.ts'

export interface BenchMemoReporterOptions {
  /** What a failed gate does to the exit code; the config's `fail_on` where absent. */
  readonly failOn?: FailOn
}

/**
 * The reporter: `npx vitest run --reporter=bench-memo`. Shows each lane's progress, then the routing matrix, and
 * writes memo.md and memo.json. A thin class: test workers import this module too, for `describe`, so what renders is
 * imported only when it is needed.
 */
export default class BenchMemoReporter implements Reporter {
  readonly #options: BenchMemoReporterOptions
  #vitest: Vitest | undefined
  #context: BenchContext | undefined
  #view: LiveView | undefined

  constructor(options: BenchMemoReporterOptions = {}) {
    this.#options = options
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    this.#context = contextOf(vitest)
  }

  async onTestRunStart(): Promise<void> {
    if (!this.#vitest || !this.#context) return
    const { createLiveView } = await import('./live-view.ts')
    this.#view = createLiveView(this.#vitest, this.#context.loaded.config)
  }

  onTestCaseArtifactRecord(test: TestCase, artifact: ReturnType<TestCase['artifacts']>[number]): void {
    if (artifact.type !== 'bench-memo:evidence') return
    for (const each of artifact.evidence) this.#view?.onEvidence(test, each)
  }

  onTestCaseResult(test: TestCase): void {
    this.#view?.onResult(test)
  }

  onUserConsoleLog(log: { readonly content: string }): void {
    this.#view?.onConsole(log.content)
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    if (!this.#vitest) return
    this.#view?.end()
    const { endRun } = await import('./end-run.ts')
    await endRun({
      vitest: this.#vitest,
      context: this.#context,
      modules,
      errors,
      reason,
      ...(this.#options.failOn && { failOn: this.#options.failOn }),
    })
  }
}
