import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/assessment/assess.ts'
import { uniteEvidence } from '../../../src/evidence/read.ts'
import type { Evidence } from '../../../src/evidence/schema.ts'
import { seedConfig } from './evidence.ts'
import { figures } from './figures.ts'
import { redactionEvidence, seedEvidence } from './workload-evidence.ts'

const monthOf = (evidence: readonly Evidence[]) => assess(uniteEvidence(evidence), seedConfig).value
const sum = (numbers: readonly (number | undefined)[]) =>
  numbers.reduce<number>((total, each) => total + (each ?? Number.NaN), 0)

describe("the seed's value", () => {
  test('is 180 tasks × 4 minutes = 12 hours = $1,020 a month, of the workloads that are local-primary', () => {
    const value = monthOf(seedEvidence())
    expect(value.map(({ workload, good_share }) => [workload, good_share])).toEqual([
      ['meeting-summary', 1],
      ['redaction-preflight', 1],
    ])
    expect(sum(value.map(({ tasks }) => tasks))).toBe(figures.localTasksPerMonth)
    expect(sum(value.map(({ hours_saved }) => hours_saved))).toBeCloseTo(12)
    expect(sum(value.map(({ labour_value }) => labour_value))).toBeCloseTo(1020)
    expect(sum(value.map(({ external_spend_avoided }) => external_spend_avoided))).toBeCloseTo(180 * 0.006)
  })

  test('spends $1.92 a month with the provider on all 320 tasks: token cost is not the lever', () => {
    const routine = Object.values(seedConfig.workloads).filter(
      ({ value }) => value.external_cost_per_task !== undefined,
    )
    expect(sum(routine.map(({ volume }) => volume?.per_month))).toBe(figures.tasksPerMonth)
    const spend = routine.map(({ volume, value }) => (volume?.per_month ?? 0) * (value.external_cost_per_task ?? 0))
    expect(sum(spend)).toBeCloseTo(1.92)
  })

  test('counts good records only: with 24 of 25 good on one workload its hours are 24 of 25', () => {
    const less = redactionEvidence().map((each, index): Evidence => {
      if (each.kind !== 'completion' || index !== 3 || each.outcome.state !== 'answered') return each
      const { examination } = each.outcome
      const facts = examination.facts.map((fact) => ({ ...fact, found: false }))
      return { ...each, outcome: { ...each.outcome, examination: { ...examination, facts } } }
    })
    const [value] = monthOf(less)
    expect(value?.good_share).toBe(24 / 25)
    expect(value?.hours_saved).toBeCloseTo((100 * (24 / 25) * figures.value.minutes) / 60)
    expect(value?.evidence_ids).toHaveLength(25)
  })

  test('is nothing for a workload that is not served on its own', () => {
    expect(monthOf(redactionEvidence({ outsideVocabulary: 1 }))).toEqual([])
  })
})
