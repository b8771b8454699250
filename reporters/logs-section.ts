import type { LogAssessment } from '../src/assessment/log-findings.ts'
import { amount } from './logs-text.ts'
import { cite, code, list, plain, table } from './markdown.ts'

/** What the logs of the config say; undefined where none were read. */
export function logsSection(logs: LogAssessment | undefined): string | undefined {
  if (!logs) return undefined
  const { findings, contradictions, notes, sources } = logs
  const read = sources.filter(({ problem }) => problem === undefined).length
  return [
    ...contradictions.map(({ text, evidence_ids }) => `**Contradiction:** ${plain(text)} (${cite(evidence_ids)}).`),
    findings.length === 0
      ? `Nothing was found in ${read} logs.`
      : table(
          ['Fault', 'What it means', 'How often', 'Where', 'What to do', 'Evidence'],
          findings.map((each) => [
            `${plain(each.detector)}${each.evidence === 'induced' ? '' : ` (${each.evidence} rule ${code(each.rule)})`}`,
            plain(each.title),
            plain(amount(each)),
            `${code(`${each.first.file}:${each.first.line}`)} to ${code(`${each.last.file}:${each.last.line}`)}`,
            plain(each.remedy),
            cite([each.evidence_id]),
          ]),
        ),
    ...(notes.length > 0
      ? [list(notes.map(({ text, evidence_ids }) => `${plain(text)} (${cite(evidence_ids)})`))]
      : []),
  ].join('\n\n')
}
