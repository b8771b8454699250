import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BenchConfig } from '../../src/config/schema.ts'
import { type Evidence, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import { judge, judgeAll } from '../../src/gates/judge.ts'
import { settledFailure } from '../../src/gates/settled.ts'
import type { GateInput, Verdict } from '../../src/gates/verdict.ts'
import { benchConfig, type CompletionChanges, completion, memory, provenEvidence } from '../support/evidence.ts'

/** What a record may come to. */
const outcomes = {
  good: {},
  poor: { examination: { facts: [{ field: 'a', found: false }] } },
  broken: { examination: { json: 'not-json' } },
  slow: { total_ms: 100_000 },
  unproven: { identity: { level: 'echo' } },
  timedOut: { failed: { code: 'deadline-exceeded' } },
  gone: { failed: { code: 'unreachable' } },
} as const satisfies Record<string, CompletionChanges>
type Outcome = keyof typeof outcomes

const configOf = (quality: string, consecutive = 25): BenchConfig =>
  benchConfig({ workload: `gates: { quality: { ${quality} }, validity: { consecutive: ${consecutive} } }` })

function dataset(records: number): Evidence {
  return evidenceSchema.parse({
    kind: 'dataset',
    id: 'dataset-1',
    run_id: 'run',
    at: '2026-01-01T00:00:00.000Z',
    workload: 'work',
    sha256: sha256('dataset'),
    record_sha256s: Array.from({ length: records }, (_, index) => sha256(`r-${index + 1}`)),
  })
}

function curtailment(gate: string, asked: number, records: number): Evidence {
  return evidenceSchema.parse({
    kind: 'curtailment',
    id: 'curtailment-1',
    run_id: 'run',
    at: '2026-02-01T00:00:00.000Z',
    lane: 'local',
    workload: 'work',
    gate,
    asked,
    records,
  })
}

const answersOf = (sequence: readonly Outcome[]): Evidence[] =>
  sequence.map((outcome, index) => completion({ record: `r-${index + 1}`, ...outcomes[outcome] }))
const inputOf = (config: BenchConfig, evidence: readonly Evidence[]): GateInput => ({
  config,
  lane: 'local',
  workload: 'work',
  evidence,
})

/** Asks one record after the other and stops as a gate run does; undefined where it asks all. */
function stopped(
  config: BenchConfig,
  answers: readonly Evidence[],
): { readonly failure: Verdict; readonly input: GateInput; readonly asked: number } | undefined {
  const known = dataset(answers.length)
  for (let asked = 1; asked < answers.length; asked += 1) {
    const evidence = [known, ...answers.slice(0, asked)]
    const failure = settledFailure(inputOf(config, evidence))
    if (!failure) continue
    const end = [...evidence, curtailment(failure.gate, asked, answers.length)]
    return { failure, asked, input: inputOf(config, end) }
  }
  return undefined
}

const settings = fc.record({
  minimum_share: fc.constantFrom(0, 0.1, 0.5, 0.8, 0.9, 0.95, 1),
  minimum_records: fc.integer({ min: 1, max: 30 }),
  consecutive: fc.integer({ min: 1, max: 30 }),
})
/** Mostly good, so that every gate comes to decide some of the sequences. */
const sequences = fc
  .record({
    trouble: fc.constantFrom<Outcome>(...(Object.keys(outcomes) as Outcome[])),
    weight: fc.integer({ min: 1, max: 40 }),
  })
  .chain(({ trouble, weight }) =>
    fc.array(
      fc.oneof(
        { weight: 40, arbitrary: fc.constant<Outcome>('good') },
        { weight, arbitrary: fc.constant(trouble) },
        { weight: 1, arbitrary: fc.constantFrom<Outcome>('poor', 'gone') },
      ),
      { minLength: 2, maxLength: 40 },
    ),
  )

describe('a curtailed run', () => {
  test('has of the settled gate, and of every gate that it calls failed, the verdict of the full run', () => {
    const decided = new Set<string>()
    fc.assert(
      fc.property(settings, sequences, ({ minimum_share, minimum_records, consecutive }, sequence) => {
        const config = configOf(`minimum_share: ${minimum_share}, minimum_records: ${minimum_records}`, consecutive)
        const answers = answersOf(sequence)
        const full = inputOf(config, [dataset(answers.length), ...answers])
        const stop = stopped(config, answers)
        if (!stop) return
        decided.add(stop.failure.gate)
        expect(judge(stop.failure.gate, stop.input)).toMatchObject({ status: 'fail', stopped_early: true })
        for (const verdict of judgeAll(stop.input).filter(({ status }) => status === 'fail')) {
          expect(judge(verdict.gate, full).status, verdict.gate).toBe('fail')
        }
      }),
      { numRuns: 200 },
    )
    expect([...decided].sort()).toEqual(
      ['identity', 'latency', 'quality', 'validity'].filter((gate) => decided.has(gate)),
    )
    expect(decided.has('quality') && decided.has('validity') && decided.has('identity')).toBe(true)
  })

  test('passes no gate, whatever was seen before it stopped, and has no rate', () => {
    fc.assert(
      fc.property(settings, sequences, ({ minimum_share, minimum_records, consecutive }, sequence) => {
        const config = configOf(`minimum_share: ${minimum_share}, minimum_records: ${minimum_records}`, consecutive)
        const stop = stopped(config, answersOf(sequence))
        if (!stop) return
        for (const verdict of judgeAll({ ...stop.input, evidence: [...stop.input.evidence, memory(40)] })) {
          expect(['fail', 'insufficient', 'not-applicable']).toContain(verdict.status)
          expect(verdict).not.toHaveProperty('lower_bound')
          expect(verdict).not.toHaveProperty('interval')
        }
      }),
    )
  })

  test('stops as early as it can: with one answer less, all good ones would still have passed the gate', () => {
    fc.assert(
      fc.property(settings, sequences, ({ minimum_share, minimum_records, consecutive }, sequence) => {
        const records = Math.max(sequence.length, minimum_records, consecutive, 6)
        const config = configOf(`minimum_share: ${minimum_share}, minimum_records: ${minimum_records}`, consecutive)
        const padded = [...sequence, ...Array<Outcome>(records - sequence.length).fill('good')]
        const stop = stopped(config, answersOf(padded))
        if (!stop) return
        const luckier = padded.map((outcome, index) =>
          index < stop.asked - 1 && outcome !== 'gone' ? outcome : 'good',
        )
        const full = inputOf(config, [dataset(records), ...answersOf(luckier)])
        expect(judge(stop.failure.gate, full).status).toBe('pass')
      }),
    )
  })
})

describe('what a curtailed run says', () => {
  const config = configOf('minimum_share: 0.9, minimum_records: 25')

  test('of validity: the first broken record of 30 settles it', () => {
    const stop = stopped(config, answersOf(['good', 'broken', ...Array<Outcome>(28).fill('good')]))
    expect(stop).toMatchObject({ asked: 2, failure: { gate: 'validity', status: 'fail' } })
  })

  test('of quality: 4 of 30 that are not good settle it where 27 must be, and not 3', () => {
    const stop = stopped(
      config,
      answersOf(['poor', 'good', 'poor', 'poor', 'good', 'poor', ...Array<Outcome>(24).fill('good')]),
    )
    expect(stop).toMatchObject({ asked: 6, failure: { gate: 'quality' } })
    expect(stop?.failure.reason).toBe('4 of 6 records are not good; of 30 at most 3 may be')
  })

  test('of gates that were still open: insufficient, and why; no lack that more records would fill', () => {
    const stop = stopped(config, answersOf(['broken', ...Array<Outcome>(29).fill('good')]))
    const verdict = judge('quality', stop?.input ?? inputOf(config, []))
    expect(verdict).toMatchObject({
      status: 'insufficient',
      reason: 'insufficient, stopped early, because validity had failed (1 of 30 records asked)',
      evidence_ids: ['curtailment-1'],
    })
    expect(verdict).not.toHaveProperty('remedy')
  })

  test('that a gate which decides nothing does not stop the run', () => {
    const free = configOf('minimum_share: 0.9, minimum_records: 25, required: false')
    expect(stopped(free, answersOf(Array<Outcome>(30).fill('poor')))).toBeUndefined()
  })

  test('nothing of a run that asked all its records', () => {
    const evidence = [dataset(25), ...provenEvidence()]
    expect(settledFailure(inputOf(config, evidence))).toBeUndefined()
    expect(judge('validity', inputOf(config, evidence))).not.toHaveProperty('stopped_early')
  })
})
