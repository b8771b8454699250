import { clientDifferences } from '../client-differences.ts'
import type { Detection, Detector, Risk, RiskContext } from './risk.ts'

/** Clients whose model no lane has: whatever was proven here, they ask for something else. Undefined where none was read. */
function clientTagDrift({ evidence, config }: RiskContext): readonly Risk[] | undefined {
  const scanned = evidence.flatMap((each) => (each.kind === 'inventory' && each.clients ? [each] : []))
  if (scanned.length === 0) return undefined
  return scanned.flatMap(({ id, clients }) => {
    const named = clientDifferences(clients, config).filter(({ what }) => what === 'tag')
    return [...Map.groupBy(named, ({ file, named: tag }) => `${file}\0${tag}`).values()].map((same): Risk => {
      const { file, named: tag } = same[0] as (typeof same)[number]
      return {
        risk: 'tag-drift',
        severity: 'medium',
        subject: file,
        finding: `it names ${tag} (line ${same.map(({ line }) => line).join(', ')}), which no lane of the config has: nothing that was measured here is about that model`,
        remediation: `${file}: take the tag from LOCAL_MODEL_TAG, or name a lane's model; or add lanes: { …: { model: ${JSON.stringify(tag)} } } and measure it`,
        decision: 'change',
        check: `npx bench-memo inventory shows no tag of ${file} that no lane has`,
        evidence_ids: [id],
      }
    })
  })
}

/** The risk of tags that changed, and of clients that name other ones than the lanes'. */
export function withClients(detector: Detector): Detector {
  return (context): Detection => {
    const own = detector(context)
    const clients = clientTagDrift(context)
    // Clients that name lanes' tags say nothing of tags that changed their meaning.
    if (clients === undefined || (clients.length === 0 && 'not_examined' in own)) return own
    return { risks: [...('risks' in own ? own.risks : []), ...clients] }
  }
}
