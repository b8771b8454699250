import type { Assessment } from '../src/assessment/assess.ts'
import type { ReadCombination } from '../src/assessment/capability-reading.ts'
import type { Statement } from '../src/assessment/statement.ts'
import { cite, code, list, plain, table } from './markdown.ts'

const columns = ['json-schema', 'json-mode', 'grammar', 'none'] as const

/**
 * What runtimes make of think, streams and schemas: findings first, then a table with a row for each endpoint and only
 * as many as differ by think and stream. Pure; undefined where no lane was probed.
 */
export function capabilitySection({ lanes }: Assessment): string | undefined {
  const probed = lanes.flatMap(({ lane, capability }) => (capability ? [{ lane, capability }] : []))
  if (probed.length === 0) return undefined
  const findings = probed.flatMap(({ lane, capability }) =>
    capability.findings.map((each) => `**${plain(lane)}:** ${statement(each)}`),
  )
  const rows = probed.flatMap(({ lane, capability }) =>
    compactRows(capability.readings).map((row) => [plain(lane), ...row, cite([capability.record.id])]),
  )
  return [
    ...(findings.length > 0 ? [list(findings)] : []),
    'Asked with a schema that one object alone fulfils, of a random name and value that no prompt tells: `honoured` is an answer that could only come under it, `dropped` one that came without it.',
    table(
      [
        'Lane',
        'Endpoint',
        'Think',
        'Streamed',
        'JSON schema',
        'JSON mode',
        'Grammar',
        'No schema',
        'Thinking',
        'Evidence',
      ],
      rows,
    ),
    list(probed.map(({ lane, capability }) => `${plain(lane)}: ${capability.notes.map(statement).join('; ')}`)),
  ].join('\n\n')
}

function statement({ text, evidence_ids }: Statement): string {
  return `${plain(text)} (${cite(evidence_ids)})`
}

interface Row {
  readonly endpoint: string
  readonly think: string
  readonly stream: string
  readonly cells: readonly string[]
}

/** Rows whose cells are equal become one: first over streams, then over think. */
export function compactRows(readings: readonly ReadCombination[]): string[][] {
  const rows = distinct(readings.map(({ endpoint, think, stream }) => JSON.stringify([endpoint, think, stream]))).map(
    (key): Row => {
      const [endpoint, think, stream] = JSON.parse(key) as [string, string, boolean]
      const of = readings.filter((each) => each.endpoint === endpoint && each.think === think && each.stream === stream)
      return { endpoint, think, stream: stream ? 'yes' : 'no', cells: cellsOf(of) }
    },
  )
  const overStreams = merge(rows, 'stream', ({ endpoint, think, cells }) => [endpoint, think, cells])
  const overThink = merge(overStreams, 'think', ({ endpoint, stream, cells }) => [endpoint, stream, cells])
  return overThink.map(({ endpoint, think, stream, cells }) => [code(endpoint), think, stream, ...cells])
}

function cellsOf(readings: readonly ReadCombination[]): string[] {
  const cells = columns.map((structure) => {
    const found = readings.find((each) => each.structure === structure)
    if (!found) return '–'
    const told = found.constraint === 'dropped' || found.constraint === 'misplaced'
    return `${told ? `**${found.constraint}**` : found.constraint}${found.streamed_really === false ? ', at once' : ''}`
  })
  const thinking = distinct(readings.flatMap((each) => each.thinking ?? [])).sort()
  return [...cells, thinking.length === 0 ? '–' : thinking.join(', ')]
}

function merge(rows: readonly Row[], over: 'think' | 'stream', keyOf: (row: Row) => unknown): Row[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(keyOf(row)))
  return [...groups.values()].map((group) => ({
    ...(group[0] as Row),
    [over]: distinct(group.map((row) => row[over])).join(', '),
  }))
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)]
}
