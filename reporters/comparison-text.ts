import type { ComparedRun, Comparison, PairComparison } from '../src/comparison/compare.ts'
import type { ComparisonResult, Effect, GateComparison } from '../src/comparison/gate-comparison.ts'
import type { LostGate } from '../src/comparison/lost-gates.ts'
import { printable } from './terminal.ts'

const words: Readonly<Record<ComparisonResult, string>> = {
  regressed: 'regressed',
  improved: 'improved',
  'no-evidence-of-change': 'no evidence of change',
  'too-few-to-say': 'too few to say',
  'not-comparable': 'not comparable',
}

const verdictWords: Readonly<Record<LostGate['status'], string>> = {
  pass: 'it passes',
  fail: 'it fails',
  insufficient: 'it is insufficient',
  'not-measured': 'it was not measured',
  'not-applicable': 'it does not apply',
}

/** A comparison as plain text: what was changed first, then a line a gate. Pure. */
export function comparisonText(
  { a, b, result, tests, pairs }: Comparison,
  folders: { readonly a: string; readonly b: string },
): string {
  return [
    `A  ${describeRun(a, folders.a)}`,
    `B  ${describeRun(b, folders.b)}`,
    ...pairs.flatMap((pair) => ['', ...describePair(pair)]),
    '',
    `${capital(words[result])}.${pairs.length === 0 ? ' Neither run holds an answer.' : ''}${
      tests > 1 ? ` ${tests} tests, p adjusted by Holm for their number; intervals are 95 %, each by itself.` : ''
    }`,
  ].join('\n')
}

function describeRun({ run_ids, filters }: ComparedRun, folder: string): string {
  const narrowed = filters.length > 0 ? `, narrowed by ${filters.join(' ')}` : ''
  return printable(`${run_ids.join(', ')} (${folder}${narrowed})`)
}

function describePair({
  workload,
  lane_a,
  lane_b,
  differences,
  notes,
  refusal,
  only_in_b,
  gates,
  lost_gates,
}: PairComparison) {
  const lanes = lane_a === lane_b ? lane_a : `${lane_a} in A, ${lane_b} in B`
  const width = Math.max(...Object.values(words).map(({ length }) => length))
  return [
    `${workload} on ${lanes}`,
    ...differences.map(({ factor, text }) => `  changed: ${factor}  ${text}`),
    ...notes.map((note) => `  note: ${note}`),
    ...(refusal === undefined ? [] : [`  ${only_in_b ? 'new in B' : 'not comparable'}: ${refusal}`]),
    ...gates.map((gate) => `  ${gate.gate.padEnd(8)}  ${words[gate.result].padEnd(width)}  ${describeGate(gate)}`),
    ...lost_gates.map(
      ({ gate, status, reason }) => `  ${gate.padEnd(8)}  passes in A, in B ${verdictWords[status]}: ${reason}`,
    ),
  ].map(printable)
}

function describeGate({ effect, n, p_value, adjusted_p_value, reason }: GateComparison): string {
  if (!effect || p_value === undefined || adjusted_p_value === undefined) return reason
  return `${describeEffect(effect)}, p = ${probability(adjusted_p_value)}, n = ${n}: ${reason}`
}

/** "−26.7 points (−43.1 to −9.8)"; "+120 ms (+80 to +150)" */
function describeEffect({ unit, change, interval }: Effect): string {
  const write = (value: number): string =>
    unit === 'share' ? signed(value * 100, 1) : signed(value, Math.abs(value) < 10 ? 1 : 0)
  const name = unit === 'share' ? 'points' : 'ms'
  return `${write(change)} ${name}${interval ? ` (${write(interval.lower)} to ${write(interval.upper)})` : ''}`
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`
}

function probability(p: number): string {
  return p < 0.0001 ? 'below 0.0001' : p.toPrecision(2)
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
