import type { TestCase, Vitest } from 'vitest/node'
import { gateNames } from '../src/config/gates-for.ts'
import type { BenchConfig } from '../src/config/schema.ts'
import type { Evidence } from '../src/evidence/schema.ts'
import { judge } from '../src/gates/judge.ts'
import { progressLine, verdictLine } from './progress.ts'
import { createStatusLine } from './status-line.ts'
import { printable } from './terminal.ts'

/** What is shown while the run is on. */
export interface LiveView {
  onEvidence(test: TestCase, evidence: Evidence): void
  onResult(test: TestCase): void
  onConsole(content: string): void
  end(): void
}

/** A progress line at most so often: on a terminal, and elsewhere. */
const liveInterval_ms = 100
const plainInterval_ms = 15_000

/**
 * Alone on a terminal: a live line per lane. Alone elsewhere: plain lines. Beside other reporters: nothing, so that
 * neither tears the other.
 */
export function createLiveView(vitest: Vitest, config: BenchConfig): LiveView {
  const alone = vitest.config.reporters.length === 1
  const stream = vitest.logger.outputStream as NodeJS.WriteStream
  const line = alone && stream.isTTY ? createStatusLine(stream) : undefined
  const evidence: Evidence[] = []
  let heading = ''
  let lastShown = performance.now()

  const print = (text: string): void => {
    line?.clear()
    if (alone) vitest.logger.log(printable(text))
  }
  return {
    onEvidence(test, record) {
      evidence.push(record)
      const { benchMemo } = test.meta()
      if (!alone || !benchMemo) return
      const { lane, workload, records } = benchMemo
      if (heading !== `${lane}  ${workload}`) {
        heading = `${lane}  ${workload}`
        print(heading)
      }
      const due = performance.now() - lastShown > (line ? liveInterval_ms : plainInterval_ms)
      if (record.kind === 'completion' && due) {
        const progress = printable(progressLine(config, evidence, lane, workload, records))
        lastShown = performance.now()
        if (line) line.update(progress)
        else print(`  ${progress}`)
      }
      const gate = record.kind === 'verdict' ? gateNames.find((name) => name === record.gate) : undefined
      if (gate) print(verdictLine(judge(gate, { config, evidence, lane, workload })))
    },
    onResult(test) {
      const { state } = test.result()
      if (!alone || state === 'pending') return
      if (state === 'failed' && !test.result().errors?.every((error) => error.name === 'GateFailure')) {
        print(`  failed        ${test.fullName}`)
      }
    },
    onConsole(content) {
      if (alone) print(content.trimEnd())
    },
    end() {
      line?.clear()
    },
  }
}
