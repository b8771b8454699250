import type { Assessment } from '../src/assessment/assess.ts'
import { severities, severityRules } from '../src/assessment/risks/risk.ts'
import { cite, list, plain, table } from './markdown.ts'

const words = (name: string): string => name.replaceAll('-', ' ')

/** The risk register: what to fix first on top, then what was looked for and not seen, and what nobody looked at. */
export function risksSection({ risks: { risks, clear, not_examined } }: Pick<Assessment, 'risks'>): string {
  const rows = risks.map(({ severity, risk, subject, finding, remediation, decision, check, evidence_ids }) => [
    `**${severity}**`,
    words(risk),
    plain(subject),
    plain(finding),
    decision === 'change' ? plain(remediation) : `keep; ${plain(remediation)}`,
    plain(check),
    cite(evidence_ids),
  ])
  const used = severities.filter((severity) => risks.some((each) => each.severity === severity))
  return [
    risks.length === 0
      ? 'None was seen.'
      : table(['Severity', 'Risk', 'Of', 'Finding', 'Change', 'Shown fixed by', 'Evidence'], rows),
    ...(used.length > 0 ? [used.map((severity) => `${severity}: ${severityRules[severity]}.`).join(' ')] : []),
    ...(clear.length > 0 ? [`Looked for and not seen: ${clear.map(words).join(', ')}.`] : []),
    ...(not_examined.length > 0
      ? [`**Not examined:**\n\n${list(not_examined.map(({ risk, why }) => `${words(risk)}: ${plain(why)}`))}`]
      : []),
  ].join('\n\n')
}
