import type { Assessment } from '../src/assessment/assess.ts'
import type { LaneAttempts } from '../src/assessment/attempts.ts'
import { cite, list, plain } from './markdown.ts'

/** "tickets on local-tiny: attempt 3 known here; failed in 2 of the 2 before" */
export function attemptsLine({ workload, lane, attempt, failed, differing }: LaneAttempts): string {
  const outcome = failed === 0 ? 'none of those before failed' : `failed in ${failed} of the ${attempt - 1} before`
  const answers =
    differing && differing.records > 0
      ? `; ${differing.records} of ${differing.compared} answers are not those of the attempt before, though the temperature is 0`
      : ''
  return `${workload} on ${lane}: attempt ${attempt} known here; ${outcome}${answers}`
}

/** Lanes that were tried before with the same prompt, schema, model and options; empty where none was. */
export function attemptsSection({ attempts }: Pick<Assessment, 'attempts'>): string[] {
  if (attempts.length === 0) return []
  return [
    [
      '**Tried before:** a record counts by the worst answer that it got in any attempt known here at the same prompt,',
      'schema, model and options, so no repetition washes a failure out.',
    ].join(' '),
    list(attempts.map((each) => `${plain(attemptsLine(each))} (${cite(each.evidence_ids)})`)),
  ]
}
