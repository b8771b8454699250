import type { BenchConfig } from '../src/config/schema.ts'
import type { Evidence } from '../src/evidence/schema.ts'
import { judge } from '../src/gates/judge.ts'
import type { Verdict } from '../src/gates/verdict.ts'
import { percent, seconds } from '../src/gates/wording.ts'

/** How far a lane is with a workload, in one line. Pure. */
export function progressLine(
  config: BenchConfig,
  evidence: readonly Evidence[],
  lane: string,
  workload: string,
  records: number,
): string {
  const asked = evidence.flatMap((each) =>
    each.kind === 'completion' && each.lane === lane && each.workload === workload ? [each] : [],
  )
  const times = asked.flatMap(({ outcome }) => (outcome.state === 'answered' ? [outcome.timing.total_ms] : []))
  const average = times.length === 0 ? undefined : times.reduce((total, each) => total + each, 0) / times.length
  const left = Math.max(0, records - asked.length)
  const validity = judge('validity', { config, evidence, lane, workload })
  return [
    `${lane}  ${workload}`,
    `record ${asked.length} of ${records}`,
    validity.observed,
    ...(average !== undefined && left > 0 ? [`about ${seconds(average * left)} left`] : []),
  ].join('  ·  ')
}

/** One finished gate in one line: "fail  quality  3 of 30 records good …" */
export function verdictLine(verdict: Verdict): string {
  const { status, gate, observed, condition, lower_bound, reason, stopped_early } = verdict
  // Beside what was seen until then it would look like a lack.
  if (stopped_early && status === 'insufficient')
    return `  ${status.padEnd(12)}  ${gate.padEnd(8)}  ${reason.replace(/^insufficient, /, '')}`
  const bound =
    gate === 'validity' && status === 'pass' && lower_bound !== undefined ? ` (rate ≥ ${percent(lower_bound)})` : ''
  return `  ${status.padEnd(12)}  ${gate.padEnd(8)}  ${observed}${bound}${condition ? `, while ${condition}` : ''}`
}
