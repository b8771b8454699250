import { type Detector, logFindings, type Risk, riskOfLog, unexamined } from './risk.ts'

/** Tags whose files are not, or not whole, what their manifest says. */
export const staleManifests: Detector = (context) => {
  const { evidence } = context
  const logs = logFindings(context, 'corrupt-manifest', 'load-failed', 'load-aborted')
  const looks = evidence.flatMap((each) => (each.kind === 'lane' ? [each] : []))
  if (looks.length === 0 && logs === undefined) return { not_examined: `no lane was looked at; ${unexamined.noLogs}` }
  const broken = looks.filter(
    ({ failure, listed_tags, requested_model }) =>
      (failure?.code === 'load-failed' || failure?.code === 'model-missing') && listed_tags?.includes(requested_model),
  )
  return {
    risks: [
      ...broken.map(
        ({ lane, requested_model, failure, id }): Risk => ({
          risk: 'stale-model-manifests',
          severity: 'high',
          subject: lane,
          finding: `${requested_model} is listed, and cannot be loaded: ${failure?.message}`,
          remediation: `fetch the model anew (Ollama: \`ollama rm ${requested_model}\`, then \`ollama pull ${requested_model}\`), or take it out of lanes.${lane}`,
          decision: 'change',
          check: `${lane} stands at least on the rung loaded`,
          evidence_ids: [id],
        }),
      ),
      ...(logs ?? []).map((each) => riskOfLog('stale-model-manifests', 'high', each)),
    ],
  }
}
