import type { Assessment } from '../src/assessment/assess.ts'
import { attemptsLine } from './attempts-section.ts'
import { routeRows } from './routes-table.ts'
import { stoppingLine } from './stopping-section.ts'

const headings = { workload: 'Workload', route: 'Route', mode: 'Mode', lane: 'Lane' } as const

/** The routing matrix and what to do first, as plain text. Pure. */
export function terminalSummary({ workloads, next_steps, attempts, curtailed }: Assessment): string {
  const rows = routeRows(workloads)
  const columns = Object.keys(headings) as (keyof typeof headings)[]
  const width = (column: (typeof columns)[number]) =>
    Math.max(headings[column].length, ...rows.map((row) => printable(row[column]).length))
  const line = (cells: (column: (typeof columns)[number]) => string) =>
    columns
      .map((column) => printable(cells(column)).padEnd(width(column)))
      .join('  ')
      .trimEnd()
  const [first] = next_steps
  return [
    line((column) => headings[column]),
    ...rows.flatMap((row) => [
      line((column) => row[column]),
      `  ${printable(row.why)}`,
      ...(row.after ? [`  after fixes: ${printable(row.after.route)}. Fix ${printable(row.after.fixes)}`] : []),
    ]),
    ...(attempts.length > 0 ? ['', ...attempts.map((each) => printable(attemptsLine(each)))] : []),
    ...(curtailed.length > 0 ? ['', ...curtailed.map((each) => printable(stoppingLine(each)))] : []),
    ...(first ? ['', `Next: ${printable(first.workload)} on ${printable(first.lane)}: ${printable(first.what)}`] : []),
  ].join('\n')
}

/** Text from models and files must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ')
}
