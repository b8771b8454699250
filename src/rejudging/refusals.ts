import type { Completion, EvidenceOf } from '../evidence/schema.ts'

/** Refused answers by lane, workload and reason, in the order in which they first came up. Pure. */
export function tallyRefusals(
  refusals: readonly { readonly completion: Completion; readonly why: string }[],
): EvidenceOf<'rejudging'>['refused'] {
  const byReason = Map.groupBy(refusals, ({ completion: { lane, workload }, why }) => `${lane}\n${workload}\n${why}`)
  return [...byReason.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { lane, workload, id } = first.completion
    return [{ lane, workload, why: first.why, n: group.length, evidence_ids: [id] }]
  })
}
