import type { Grades } from '../src/assessment/grades-schema.ts'
import { percent } from '../src/gates/wording.ts'
import { cite, code, plain, table } from './markdown.ts'

/** Of a workload: what graders said. Empty where none was asked. */
export function gradesSection(grades: readonly Grades[]): string[] {
  if (grades.length === 0) return []
  return [
    `**Advisory:** a model's opinion of the answers. It decides nothing: no gate, route or value reads it.\n\n${table(
      ['Lane', 'Grader', 'Graded by', 'Good', 'Grades', 'Left out', 'Evidence'],
      grades.map((each) => [
        plain(each.lane),
        plain(each.grader),
        gradedBy(each),
        goodOf(each),
        each.counts.map(({ grade, answers }) => `${plain(grade)} ${answers}`).join(', '),
        leftOut(each),
        cite(each.evidence_ids),
      ]),
    )}`,
  ]
}

function gradedBy({ grading_lane, is_same_lane, observed_model, weights_sha256 }: Grades): string {
  const model = observed_model === undefined ? 'model not proven' : plain(observed_model)
  const weights = weights_sha256 === undefined ? '' : ` ${code(weights_sha256.slice(0, 12))}`
  return `${plain(grading_lane)}: ${model}${weights}${is_same_lane ? ', **its own answers**' : ''}`
}

function goodOf({ good, n, interval }: Grades): string {
  return interval
    ? `${good} of ${n}, ${percent(good / n)} (${percent(interval.lower)} to ${percent(interval.upper)})`
    : 'none'
}

function leftOut({ unreadable, failed, unproven }: Grades): string {
  const parts = [
    ...(unreadable > 0 ? [`${unreadable} that are no grade`] : []),
    ...(failed > 0 ? [`${failed} without an answer`] : []),
    ...(unproven > 0 ? [`${unproven} of an unproven model`] : []),
  ]
  return parts.join(', ') || '–'
}
