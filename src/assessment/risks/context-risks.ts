import type { Completion } from '../../evidence/schema.ts'
import { isAnswered } from '../../gates/verdict.ts'
import { megabytes } from '../../gates/wording.ts'
import { type Detector, logFindings, type Risk, riskOfLog, unexamined } from './risk.ts'

/** Prompts that were cut off without a word, and those of which that is not known. */
export const silentTruncation: Detector = (context) => {
  const verdicts = context.workloads
    .flatMap(({ standings }) => standings.flatMap((standing) => standing.verdicts))
    .filter(({ gate }) => gate === 'context')
  const judged = verdicts.filter(({ status }) => status === 'pass' || status === 'fail')
  const logs = logFindings(context, 'truncation')
  if (judged.length === 0 && logs === undefined)
    return { not_examined: `no lane's context was filled (gates.context.required); ${unexamined.noLogs}` }
  const cut = new Map(
    judged
      .filter(({ status, reason }) => status === 'fail' && reason.includes('the server counted'))
      .map((each) => [each.lane, each]),
  )
  const open = new Map(
    judged
      .filter(({ lane, status, condition }) => status === 'pass' && condition !== undefined && !cut.has(lane))
      .map((each) => [each.lane, each]),
  )
  return {
    risks: [
      ...[...cut.values()].map(
        ({ lane, reason, remedy = 'give the lane more context', evidence_ids }): Risk => ({
          risk: 'silent-truncation',
          severity: 'critical',
          subject: lane,
          finding: reason,
          remediation: remedy,
          decision: 'change',
          check: `the context gate of ${lane} passes: a prompt over the context is refused`,
          evidence_ids,
        }),
      ),
      ...[...open.values()].map(
        ({ lane, reason, condition = '', evidence_ids }): Risk => ({
          risk: 'silent-truncation',
          severity: 'medium',
          subject: lane,
          finding: reason,
          remediation: `refuse longer prompts before they are sent, as long as this holds: ${condition}; or lanes: { ${lane}: { context_probe: { seconds: more } } }`,
          decision: 'keep',
          check: `the context gate of ${lane} passes without a condition`,
          evidence_ids,
        }),
      ),
      ...(logs ?? []).map((each) => riskOfLog('silent-truncation', 'critical', each)),
    ],
  }
}

/** A context of so many times what is needed is large. */
const largeFactor = 4
/** And matters where its cache takes this much, or this part of what the model takes. */
const leastCache_bytes = 256e6
const leastCacheShare = 0.25

/** Contexts that cost memory and are never used, or that go beyond what the model was trained for. */
export const oversizedContext: Detector = ({ evidence, lanes, config }) => {
  const known = lanes.filter(({ context }) => (context.in_force ?? context.configured) !== undefined)
  if (known.length === 0) return { not_examined: 'no lane says how much context it has' }
  return {
    risks: known.flatMap(({ lane, context, evidence_ids }): Risk[] => {
      const size = (context.in_force ?? context.configured) as number
      if (context.trained !== undefined && size > context.trained) {
        return [
          {
            risk: 'oversized-context-windows',
            severity: 'medium',
            subject: lane,
            finding: `its context of ${size} tokens is over the ${context.trained} that the model was trained for: what it makes of longer prompts nobody has tested`,
            remediation: `lanes: { ${lane}: { context: ${context.trained} } }`,
            decision: 'change',
            check: `the context in force of ${lane} is at most ${context.trained}`,
            evidence_ids,
          },
        ]
      }
      const answered = evidence
        .filter((each): each is Completion => each.kind === 'completion' && each.lane === lane)
        .filter(isAnswered)
      const need = Math.max(
        0,
        ...answered.map(
          ({ prompt, workload, outcome }) =>
            Math.max(prompt.words ?? 0, outcome.usage.prompt_tokens ?? 0) +
            (config.workloads[workload]?.limits.output_tokens ?? 0),
        ),
      )
      const look = evidence.findLast((each) => each.kind === 'headroom' && each.lane === lane)
      const estimate = look?.kind === 'headroom' ? look.estimate : undefined
      if (need === 0 || size < largeFactor * need || !estimate || !look) return []
      const { cache_bytes, total_bytes, sequences } = estimate
      if (cache_bytes < leastCache_bytes && cache_bytes < leastCacheShare * total_bytes) return []
      const enough = Math.ceil((2 * need) / 1024) * 1024
      return [
        {
          risk: 'oversized-context-windows',
          severity: 'medium',
          subject: lane,
          finding: `its context of ${size} tokens${sequences > 1 ? ` (for each of ${sequences} calls at once)` : ''} takes ${megabytes(cache_bytes)}, and the longest prompt with its answer needs ${need}`,
          remediation: `lanes: { ${lane}: { context: ${enough} } } (llama-server: --ctx-size ${enough}${sequences > 1 ? ` × --parallel` : ''}; Ollama: num_ctx)`,
          decision: 'change',
          check: `the estimate of ${lane} before its load is smaller by ${megabytes(cache_bytes * (1 - enough / size))}`,
          evidence_ids: [look.id],
        },
      ]
    }),
  }
}
