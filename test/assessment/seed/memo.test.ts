import { describe, expect, test } from 'vitest'
import { memoJson } from '../../../reporters/memo-json.ts'
import { memoMarkdown } from '../../../reporters/memo-markdown.ts'
import { routeRows } from '../../../reporters/routes-table.ts'
import { assess } from '../../../src/assessment/assess.ts'
import { memoSchema } from '../../../src/assessment/memo-schema.ts'
import { uniteEvidence } from '../../../src/evidence/read.ts'
import { evidenceSchema } from '../../../src/evidence/schema.ts'
import { datasets } from './datasets.ts'
import { durationsWith } from './durations.ts'
import { seedConfig } from './evidence.ts'
import { figures } from './figures.ts'
import { seedEvidence } from './workload-evidence.ts'

const assessment = assess(uniteEvidence(seedEvidence()), seedConfig)

describe("the sample buyer's memo", () => {
  test('routes the five workloads as the seed does', () => {
    expect(
      routeRows(assessment.workloads).map(({ why: _why, ...row }) => Object.values(row).join(' | ')),
    ).toMatchInlineSnapshot(`
      [
        "Meeting-summary cleanup | local-primary | autonomous | local-quality",
        "Support-log summary | local-fallback | autonomous | local-quality, otherwise queue",
        "Codebase architecture review | cloud-primary | autonomous | cloud",
        "Prospect-research extraction | blocked-local | draft-only | none; manual goes on",
        "Redaction and preflight classification | local-primary | autonomous | local-fast",
      ]
    `)
  })

  test('rests on evidence that the schema accepts, without a verdict in it', () => {
    for (const each of seedEvidence()) expect(evidenceSchema.safeParse(each).error).toBeUndefined()
    expect([...new Set(seedEvidence().map(({ kind }) => kind))].sort()).toEqual([
      'baseline',
      'completion',
      'lane',
      'memory',
    ])
  })

  test('cites evidence that exists in every statement about a lane', () => {
    const known = new Set(seedEvidence().map(({ id }) => id))
    const statements = assessment.workloads.flatMap(({ route, standings, flips, ends }) => [
      ...route.reasons,
      ...flips,
      ...ends,
      ...standings.flatMap(({ conditions }) => conditions),
    ])
    for (const { text, evidence_ids } of [
      ...statements,
      ...assessment.value.map((each) => ({ ...each, text: 'value' })),
    ]) {
      if (text !== 'manual keeps doing the job') expect(evidence_ids, text).not.toEqual([])
      for (const id of evidence_ids) expect(known, text).toContain(id)
    }
  })

  test('is a memo like any other', () => {
    expect(() => memoSchema.parse(JSON.parse(memoJson(assessment)))).not.toThrow()
    expect(memoMarkdown(assessment)).toContain(
      '- local-quality: local-primary once memory in use stays below 80 % (`memory-support-log-summary-local-quality`)',
    )
  })

  test('has no answer without a model that does as well as the lane that serves', () => {
    for (const { route, baselines } of assessment.workloads) {
      expect(baselines.find(({ lane }) => lane === route.lane)?.no_model_needed ?? false).toBe(false)
    }
  })
})

describe('what the evidence is built from', () => {
  test('config and figures name the same numbers', () => {
    const { workloads, value } = seedConfig
    const prospects = workloads['prospect-research']
    expect(prospects?.limits.seconds_per_record).toBe(figures.prospects.limit_s)
    expect(prospects?.gates.validity?.consecutive).toBe(figures.prospects.records)
    expect(prospects?.volume?.per_month).toBe(figures.repair.records)
    expect(value.labour_per_hour).toBe(figures.value.perHour)
    for (const { value: own } of Object.values(workloads)) {
      if (own.minutes_saved_per_task === undefined) continue
      expect(own).toEqual({
        minutes_saved_per_task: figures.value.minutes,
        external_cost_per_task: figures.value.perTask,
      })
    }
  })

  test('a support summary requires seven fields', () => {
    expect(datasets['support-log-summary'].schema.required).toHaveLength(figures.phiSupport.fields)
  })

  test('durations have exactly the median and the slowest that were asked for', () => {
    const durations = durationsWith(25, { median_s: 41, slowest_s: 58 }).toSorted((a, b) => a - b)
    expect([durations[12], durations[24], durations.length]).toEqual([41_000, 58_000, 25])
    expect(durations[0]).toBeGreaterThan(0)
  })
})
