import type { Evidence, Look } from '../evidence/schema.ts'
import type { GateInput } from './verdict.ts'

/** A deterministic step that a parser could take after the model. */
export type Step = 'extracted' | 'repaired'

/**
 * The evidence as it would be had the lane's answers gone through a step: each examination replaced by what was found
 * after it. Undefined where an answer breaks the schema and nobody looked further (evidence of older versions).
 * What was cut, slow or empty stays so: a step can't bring back what was never said.
 */
export function afterStep({ evidence, lane, workload }: GateInput, step: Step): readonly Evidence[] | undefined {
  let unknown = false
  const mapped = evidence.map((each) => {
    if (each.kind !== 'completion' || each.lane !== lane || each.workload !== workload) return each
    if (each.outcome.state !== 'answered') return each
    const { steps, ...raw } = each.outcome.examination
    if (keepsSchema(raw)) return each
    if (!steps) {
      unknown = true
      return each
    }
    const look = step === 'repaired' ? (steps.repaired ?? steps.extracted) : steps.extracted
    if (!look) return each
    const examination = { ...look, ...(raw.leaks && { leaks: raw.leaks }) }
    return { ...each, outcome: { ...each.outcome, examination } }
  })
  return unknown ? undefined : mapped
}

function keepsSchema({ json, schema_errors, missing_fields }: Look): boolean {
  return json === 'valid' && schema_errors.length === 0 && missing_fields.length === 0
}
