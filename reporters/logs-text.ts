import type { LogContradiction } from '../src/assessment/log-contradictions.ts'
import type { LogFacts, LogFinding } from '../src/evidence/log-schema.ts'

/** What `bench-memo logs` shows. Pure. */
export function logsText(
  facts: LogFacts & { readonly missing?: readonly string[] },
  contradictions: readonly LogContradiction[],
): string {
  const read = facts.sources.filter(({ problem }) => problem === undefined).length
  const lines = facts.sources.reduce((sum, source) => sum + source.lines, 0)
  const bytes = facts.sources.reduce((sum, source) => sum + source.bytes, 0)
  const since = facts.since ? `, since ${clock(facts.since)}` : ''
  return [
    `${read} logs, ${lines} lines, ${(bytes / 1e6).toFixed(1)} MB${since}`,
    ...facts.sources.map(sourceLine),
    ...(facts.missing ?? []).map((pattern) => `  ${pattern}: nothing there`),
    ...contradictions.map(({ text }) => `\ncontradiction\n  ${text}`),
    ...facts.findings.map((finding) => `\n${findingText(finding)}`),
    ...(facts.bounds.length > 0
      ? [`\nlimits that were hit\n${facts.bounds.map((each) => `  ${each}`).join('\n')}`]
      : []),
    ...(facts.findings.length + contradictions.length === 0 ? ['\nnothing found'] : []),
  ].join('\n')
}

function sourceLine({ name, lines, first_at, last_at, problem }: LogFacts['sources'][number]): string {
  if (problem !== undefined && lines === 0) return `  ${name}: not read: ${problem}`
  const covered = first_at && last_at ? `${clock(first_at)} to ${clock(last_at)}` : 'no times'
  return `  ${name}: ${lines} lines, ${covered}${problem === undefined ? '' : `; ${problem}`}`
}

function findingText(finding: LogFinding): string {
  const { detector, rule, title, remedy, evidence, first, last, fields } = finding
  const values = Object.entries(fields).map(
    ([name, all]) =>
      `${name} ${all.map(({ value, count }) => (finding.count > 1 ? `${value} (${count})` : value)).join(', ')}`,
  )
  return [
    `${detector}: ${title}${marks[evidence]}`,
    `  ${amount(finding)}`,
    ...(values.length > 0 ? [`  ${values.join('; ')}`] : []),
    `  rule ${rule}; first ${first.file}:${first.line}, last ${last.file}:${last.line}`,
    `  do: ${remedy}`,
  ].join('\n')
}

/** A rule that never met a real fault says so. */
const marks = { induced: '', synthetic: ' [synthetic rule]', user: ' [own rule]' } as const

/** "12 lines, 0.5 an hour, 2026-11-25 08:00:00 to 2026-11-25 18:59:59" */
export function amount({ count, rate_per_hour, first_at, last_at, untimed }: LogFinding): string {
  return [
    count === 1 ? 'once' : `${count} times`,
    ...(rate_per_hour === undefined ? [] : [`${rate_per_hour.toPrecision(2)} an hour`]),
    first_at && last_at
      ? first_at === last_at
        ? clock(first_at)
        : `${clock(first_at)} to ${clock(last_at)}`
      : 'at no known time',
    ...(untimed !== undefined && first_at ? [`${untimed} without a time`] : []),
  ].join(', ')
}

function clock(moment: string): string {
  return `${moment.slice(0, 19).replace('T', ' ')}Z`
}
