import { withClients } from './client-risks.ts'
import { oversizedContext, silentTruncation } from './context-risks.ts'
import { exposedEndpoint, secretsExposed } from './exposure-risks.ts'
import { tagDrift, unprovenIdentity } from './identity-risks.ts'
import { cpuFallback, memoryPressure, thermalThrottling } from './machine-risks.ts'
import { noFallbackLane, staleBlocks } from './policy-risks.ts'
import { type Detector, type Risk, type RiskContext, type RiskName, riskNames, severities } from './risk.ts'
import { staleManifests } from './runtime-risks.ts'
import { fragileWrappers, misleadingSuccess, missingHealthChecks, unboundedRetries } from './worker-risks.ts'

const detectors: Readonly<Record<RiskName, Detector>> = {
  'unproven-identity': unprovenIdentity,
  'misleading-success-counters': misleadingSuccess,
  'silent-truncation': silentTruncation,
  'secrets-exposed': secretsExposed,
  'exposed-endpoint': exposedEndpoint,
  'stale-blocks': staleBlocks,
  'unbounded-queue-retries': unboundedRetries,
  'memory-pressure': memoryPressure,
  'missing-health-checks': missingHealthChecks,
  'fragile-shell-wrappers': fragileWrappers,
  'tag-drift': withClients(tagDrift),
  'stale-model-manifests': staleManifests,
  'oversized-context-windows': oversizedContext,
  'thermal-throttling': thermalThrottling,
  'cpu-fallback': cpuFallback,
  'no-fallback-lane': noFallbackLane,
}

/** What may go wrong, the worst first, and what was not looked at. */
export interface RiskRegister {
  /** What to fix first stands on top. */
  readonly risks: readonly Risk[]
  /** Looked for and not seen. */
  readonly clear: readonly RiskName[]
  readonly not_examined: readonly { readonly risk: RiskName; readonly why: string }[]
}

/** Pure: every detector over the evidence; in the order of severity, what is to change before what may stay. */
export function riskRegister(context: RiskContext): RiskRegister {
  const found = riskNames.map((risk) => ({ risk, ...detectors[risk](context) }))
  const rank = ({ severity, decision, risk }: Risk): number =>
    severities.indexOf(severity) * 1000 + (decision === 'keep' ? 500 : 0) + riskNames.indexOf(risk)
  return {
    risks: found
      .flatMap((each) => ('risks' in each ? each.risks : []))
      .toSorted((one, other) => rank(one) - rank(other)),
    clear: found.flatMap((each) => ('risks' in each && each.risks.length === 0 ? [each.risk] : [])),
    not_examined: found.flatMap((each) =>
      'not_examined' in each ? [{ risk: each.risk, why: each.not_examined }] : [],
    ),
  }
}
