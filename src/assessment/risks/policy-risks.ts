import type { EvidenceOf } from '../../evidence/schema.ts'
import { logContradictions } from '../log-contradictions.ts'
import { type Detector, logFindings, type Risk, riskOfLog } from './risk.ts'

/** Blocks past their bound, and blocks that hold while the lane answers. */
export const staleBlocks: Detector = (context) => {
  const { evidence, config, lanes } = context
  const looked = evidence.filter((each): each is EvidenceOf<'policy'> => each.kind === 'policy')
  const logs = evidence.filter((each): each is EvidenceOf<'log'> => each.kind === 'log')
  if (looked.length === 0 && logFindings(context, 'blocked') === undefined)
    return { not_examined: 'neither blocks nor logs were read' }
  const answering = new Set(
    lanes
      .filter(({ rung, location }) => location === 'local' && (rung === 'answered' || rung === 'reliable'))
      .map(({ lane }) => lane),
  )
  const { block_bound } = config.policy
  const contradicted = logs.flatMap((log) => logContradictions(log, evidence, config, log.id))
  const latest = looked.at(-1)
  return {
    risks: [
      ...(latest?.problems ?? []).map(
        (problem): Risk => ({
          risk: 'stale-blocks',
          severity: 'high',
          subject: 'policy.governors',
          finding: `what it blocks is not known, so that no preflight says go: ${problem}`,
          remediation: 'mend that file, or correct its entry under policy: { governors: [{ file, pointer }] }',
          decision: 'change',
          check: 'npx bench-memo preflight <workload> no longer says unknown',
          evidence_ids: latest ? [latest.id] : [],
        }),
      ),
      ...(latest?.blocks ?? []).flatMap(({ file, pointer, workload, reason, created, state, why }): Risk[] => {
        const answers = (workload === undefined ? [...answering] : (config.workloads[workload]?.lanes ?? [])).filter(
          (lane) => answering.has(lane),
        )
        const where = `${file}${pointer ? ` ${pointer}` : ''}`
        // A young block of a lane that does not answer is what blocks are for.
        if (state === 'active' && answers.length === 0) return []
        const still =
          answers.length > 0 ? `, while ${answers.join(', ')} ${answers.length === 1 ? 'answers' : 'answer'}` : ''
        return [
          {
            risk: 'stale-blocks',
            severity: state === 'stale' || answers.length > 0 ? 'high' : 'medium',
            subject: where,
            finding: `${reason}, written ${created.slice(0, 16)} UTC, ${state === 'stale' ? `is stale: ${why}` : state === 'refuted' ? 'was refuted by a probe and still stands in its file' : `still holds, ${why}`}${still}`,
            remediation:
              file === '.bench/policy.json'
                ? `npx bench-memo preflight ${workload ?? '<workload>'} once it has expired: a success clears it`
                : `read the file as a hint that ends: whoever writes ${where} writes expires too (${block_bound} at most); before a job \`npx bench-memo preflight ${workload ?? '<workload>'}\`; or policy: { governors: [{ file: ${file}, on_clear: remove }] }`,
            decision: 'change',
            check: `npx bench-memo preflight ${workload ?? '<workload>'} says go, and the block is gone or refuted`,
            evidence_ids: latest ? [latest.id] : [],
          },
        ]
      }),
      ...contradicted.map(
        ({ text, evidence_ids }): Risk => ({
          risk: 'stale-blocks',
          severity: 'high',
          subject: 'logs',
          finding: text,
          remediation:
            'keep the health of the runtime and the policy apart: let the block expire, and let `npx bench-memo preflight` decide instead of it',
          decision: 'change',
          check: 'npx bench-memo logs finds no refusal in minutes in which a local lane answers',
          evidence_ids,
        }),
      ),
      ...(contradicted.length > 0
        ? []
        : (logFindings(context, 'blocked') ?? []).map((each) => riskOfLog('stale-blocks', 'medium', each))),
    ],
  }
}

/** Workloads with a local route and nothing that serves when it does not. */
export const noFallbackLane: Detector = ({ workloads }) => {
  const local = workloads.filter(({ route }) => route.route === 'local-primary' || route.route === 'local-fallback')
  if (local.length === 0) return { not_examined: 'no workload has a local route' }
  return {
    risks: local
      .filter(({ route, standings, incumbent }) => {
        const others = standings.filter(
          ({ lane, status }) => lane !== route.lane && (status === 'proven' || status === 'conditional'),
        )
        const otherwise = route.otherwise !== undefined && route.otherwise !== 'queue'
        return others.length === 0 && !otherwise && incumbent === 'manual'
      })
      .map(
        ({ workload, route }): Risk => ({
          risk: 'no-fallback-lane',
          severity: 'low',
          subject: workload,
          finding: `${route.lane} alone serves it: while that lane is down, work waits in the queue or is done by hand`,
          remediation: `workloads: { ${workload}: { lanes: [${route.lane}, <another lane>] } }, or say that it may wait and bound its queue`,
          decision: 'keep',
          check: `a second lane of ${workload} is proven`,
          evidence_ids: route.evidence_ids,
        }),
      ),
  }
}
