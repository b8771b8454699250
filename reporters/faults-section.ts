import type { Assessment } from '../src/assessment/assess.ts'
import type { FaultReaction } from '../src/gates/fault-outcome.ts'
import { cite, plain, table } from './markdown.ts'

const words: Readonly<Record<FaultReaction, string>> = {
  'wrong-model': 'lied: success with another model',
  'passed-on-nothing': 'lied: success without an answer',
  'undeclared-fallback': 'fell back to what nobody declared',
  hung: 'hung',
  'retried-without-bounds': 'retried without bounds',
  'not-asked': 'did not ask',
  'fell-back': 'fell back and said so',
  'failed-loudly': 'failed loudly',
  answered: 'answered',
}

/** What workers do when their model server fails; undefined where none was put to that test. */
export function faultsSection({ faults }: Pick<Assessment, 'faults'>): string | undefined {
  if (faults.length === 0) return undefined
  const rows = faults.map(({ worker, fault, reaction, isSafe, why, evidence_id }) => [
    plain(worker),
    fault,
    isSafe ? words[reaction] : `**${words[reaction]}**`,
    plain(why),
    cite([evidence_id]),
  ])
  return [
    "Each fault was put into every request for the selected model; a declared fallback's server was answered for.",
    table(['Worker', 'Model server', 'It', 'Seen', 'Evidence'], rows),
  ].join('\n\n')
}
