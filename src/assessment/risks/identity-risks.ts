import type { Detector, Risk } from './risk.ts'

/** Lanes whose answers are not proven to come from the model that was asked for, and workers that reach another one. */
export const unprovenIdentity: Detector = ({ workloads, config }) => {
  const verdicts = workloads.flatMap(({ standings }) => standings.flatMap((standing) => standing.verdicts))
  const judged = verdicts.filter(({ gate, status }) => gate === 'identity' && status !== 'not-measured')
  if (judged.length === 0) return { not_examined: 'no lane has answered' }
  const lanes = new Map(judged.filter(({ status }) => status !== 'pass').map((verdict) => [verdict.lane, verdict]))
  const named = new Map(
    judged
      .filter(({ lane, condition }) => condition !== undefined && !lanes.has(lane))
      .map((each) => [each.lane, each]),
  )
  const workers = verdicts.filter(({ gate, status }) => gate === 'worker' && status === 'fail')
  return {
    risks: [
      ...[...lanes.values()].map(
        ({ lane, reason, remedy = 'prove it', evidence_ids }): Risk => ({
          risk: 'unproven-identity',
          severity: 'critical',
          subject: lane,
          finding: `not proven which model answers on ${lane}: ${reason}`,
          remediation: remedy,
          decision: 'change',
          check: `the identity gate of ${lane} passes`,
          evidence_ids,
        }),
      ),
      ...[...named.values()].map(
        ({ lane, evidence_ids }): Risk => ({
          risk: 'unproven-identity',
          severity: 'high',
          subject: lane,
          finding: `the answers of ${lane} only repeat the name that was asked for`,
          remediation: `say what the server is, so that its own API can be asked: runtimes: { ${config.lanes[lane]?.runtime}: { kind: llama-server | ollama | vllm } }`,
          decision: 'change',
          check: `the identity gate of ${lane} passes without a condition`,
          evidence_ids,
        }),
      ),
      ...workers.map(
        ({ lane, workload, reason, remedy = 'pass selected_model on as LOCAL_MODEL_TAG', evidence_ids }): Risk => ({
          risk: 'unproven-identity',
          severity: 'critical',
          subject: `workers of ${workload}`,
          finding: `the model that the scheduler selects is not the one that answers: ${reason}`,
          remediation: remedy,
          decision: 'change',
          check: `the worker gate of ${workload} on ${lane} passes`,
          evidence_ids,
        }),
      ),
    ],
  }
}

/** Tags that mean other weights, or another template, than in the latest whole run. */
export const tagDrift: Detector = ({ evidence, lanes, config }) => {
  const run = evidence.find((each) => each.kind === 'run')
  if (!run?.previous) return { not_examined: 'there is no earlier whole run to compare with' }
  return {
    risks: lanes.flatMap(({ lane, identity_notes, pinned, weights_sha256 }) =>
      identity_notes
        .filter(({ text }) => text.includes('since the latest whole run'))
        .map(({ text, evidence_ids }): Risk => {
          const pin = weights_sha256 === undefined ? 'digest: sha256:…' : `weights: sha256:${weights_sha256}`
          return {
            risk: 'tag-drift',
            severity: pinned ? 'low' : 'medium',
            subject: lane,
            finding: `${config.lanes[lane]?.model ?? lane}: ${text}`,
            remediation: pinned
              ? `the pin of lanes.${lane} holds: nothing to change while its gate passes`
              : `pin what was judged: lanes: { ${lane}: { ${pin} } }`,
            decision: pinned ? 'keep' : 'change',
            check: `the identity gate of ${lane} fails as soon as the tag means other weights`,
            evidence_ids,
          }
        }),
    ),
  }
}
