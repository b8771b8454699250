import type { Assessment } from '../src/assessment/assess.ts'
import type { CurtailedLane } from '../src/assessment/curtailed.ts'
import { cite, list, plain } from './markdown.ts'

/** "tickets on local-tiny: stopped early, because validity had failed: 11 of 30 asked, 19 saved" */
export function stoppingLine({ workload, lane, gate, asked, records, calls_saved }: CurtailedLane): string {
  return `${workload} on ${lane}: stopped early, because ${gate} had failed: ${asked} of ${records} asked, ${calls_saved} saved`
}

/** What a gate run is, and what it did not ask; empty for a memo run. */
export function stoppingSection({ run, curtailed }: Pick<Assessment, 'run' | 'curtailed'>): string[] {
  if (run?.mode !== 'gate' && curtailed.length === 0) return []
  const saved = curtailed.reduce((total, each) => total + each.calls_saved, 0)
  return [
    [
      '**A gate run:** its verdicts are those of the full run. It gives no value, replaces no latest memo,',
      `and of a lane that it stopped asking no rate can be had: what was asked until then is biased by the stop. ${saved} calls saved.`,
    ].join(' '),
    ...(curtailed.length > 0
      ? [list(curtailed.map((each) => `${plain(stoppingLine(each))}; curtailed: no rate (${cite(each.evidence_ids)})`))]
      : []),
  ]
}
