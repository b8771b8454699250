import type { BenchConfig } from '../config/schema.ts'
import type { Evidence } from '../evidence/schema.ts'
import { completionsOf, laneCompletions, recordedCompletions } from '../gates/verdict.ts'
import { count } from '../gates/wording.ts'
import type { Statement } from './statement.ts'

/** Answers that stand in the evidence and count for no gate, with the reason. Pure. */
export function setAside(evidence: readonly Evidence[], config: BenchConfig): Statement[] {
  return Object.entries(config.workloads).flatMap(([workload, { lanes }]) =>
    lanes.flatMap((lane) => {
      const input = { config, evidence, lane, workload }
      const recorded = recordedCompletions(input)
      const [ofTheLane, counted] = [new Set(laneCompletions(input)), new Set(completionsOf(input))]
      const others = recorded.filter((each) => !ofTheLane.has(each))
      const strangers = recorded.filter((each) => ofTheLane.has(each) && !counted.has(each))
      const model = config.lanes[lane]?.model
      const renamed = others.find(({ requested_model }) => requested_model !== model)?.requested_model
      const settings = renamed === undefined ? 'other options or pins' : `the model ${renamed}, now ${model}`
      return [
        ...statement(others, `${workload} on ${lane}`, `were taken under other settings of the lane (${settings})`),
        ...statement(strangers, `${workload} on ${lane}`, 'are to records that the dataset does not hold'),
      ]
    }),
  )
}

function statement(set: readonly { readonly id: string }[], where: string, why: string): Statement[] {
  if (set.length === 0) return []
  return [
    { text: `${where}: ${count(set.length, 'answer')} ${why}`, evidence_ids: set.slice(0, 1).map(({ id }) => id) },
  ]
}
