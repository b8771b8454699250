import type { Assessment } from '../src/assessment/assess.ts'
import { gatesOfARun } from '../src/gates/rejudged.ts'
import { count } from '../src/gates/wording.ts'
import { cite, code, list, plain } from './markdown.ts'

/** That a memo is of answers that were judged again, what was taken and what was refused; nothing for a run's own. Pure. */
export function rejudgingSection(rejudging: Assessment['rejudging']): string[] {
  if (!rejudging) return []
  const { source_runs, config_sha256, taken, refused } = rejudging
  const sources = source_runs.map(
    (source) => `run ${code(source.run_id)} (config ${code(source.config_sha256.slice(0, 12))})`,
  )
  return [
    `**Judged again, no model was asked.** The ${count(taken, 'answer')} of ${sources.join(', ')} were examined by the schemas, facts, checkers and limits of the config ${code(config_sha256.slice(0, 12))}. They have no latency: ${gatesOfARun.join(' and ')} are not measured, "too slow" is not judged, and a route that needs them cannot rest on this memo. Identity, context and workers are judged by what was recorded then.`,
    ...(refused.length > 0
      ? [
          `**Answers that were not judged again,** and count as missing:\n\n${list(
            refused.map(
              ({ workload, lane, n, why, evidence_ids }) =>
                `${plain(workload)} on ${plain(lane)}: ${n}, since ${plain(why)} (${cite(evidence_ids)})`,
            ),
          )}`,
        ]
      : []),
  ]
}
