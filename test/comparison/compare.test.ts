import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparisonText } from '../../reporters/comparison-text.ts'
import { type Comparison, type ComparisonInput, compareRuns } from '../../src/comparison/compare.ts'
import { comparisonSchema } from '../../src/comparison/comparison-schema.ts'
import type { ComparisonResult } from '../../src/comparison/gate-comparison.ts'
import type { Evidence } from '../../src/evidence/schema.ts'
import { benchConfig } from '../support/evidence.ts'
import { broken, type RunChanges, runOf, wrong } from './compared-run.ts'

const config = benchConfig({ lanes: '[local, local-two]' })
const compare = (a: readonly Evidence[], b: readonly Evidence[], more: Partial<ComparisonInput> = {}): Comparison =>
  compareRuns({ a, b, config, ...more })
const gatesOf = ({ pairs: [pair] }: Comparison): Record<string, ComparisonResult> =>
  Object.fromEntries((pair?.gates ?? []).map(({ gate, result }) => [gate, result]))
const line = ({ pairs: [pair] }: Comparison, gate: string) => pair?.gates.find((each) => each.gate === gate)

describe('what became of a gate', () => {
  test('nine records fewer of thirty are a regression of validity and quality, with n, effect, interval and p', () => {
    const comparison = compare(runOf(), runOf({ change: (index) => (index < 9 ? broken : {}) }))
    expect(comparison.result).toBe('regressed')
    expect(gatesOf(comparison)).toMatchObject({
      validity: 'regressed',
      quality: 'regressed',
      identity: 'no-evidence-of-change',
    })
    expect(line(comparison, 'validity')).toMatchObject({ n: 30, p_value: 2 / 2 ** 9, adjusted_p_value: 6 / 2 ** 9 })
    expect(line(comparison, 'validity')?.effect).toMatchObject({ before: 1, after: 0.7, change: -0.3 })
    expect(line(comparison, 'validity')?.effect?.interval?.upper).toBeLessThan(0)
  })

  test('the same records the other way are an improvement', () => {
    const comparison = compare(runOf({ change: (index) => (index < 9 ? wrong : {}) }), runOf())
    expect(comparison.result).toBe('improved')
    expect(gatesOf(comparison)).toMatchObject({ validity: 'no-evidence-of-change', quality: 'improved' })
  })

  test('two records of thirty are no evidence of change, and are shown', () => {
    const comparison = compare(runOf(), runOf({ change: (index) => (index < 2 ? wrong : {}) }))
    expect(comparison.result).toBe('no-evidence-of-change')
    expect(line(comparison, 'quality')?.reason).toBe('30 of 30 good in A, 28 in B; 2 only in A, 0 only in B')
  })

  test('five records are too few to say whatever they did, which is no pass', () => {
    const comparison = compare(runOf({ records: 5 }), runOf({ records: 5, change: () => broken }))
    expect(gatesOf(comparison)).toMatchObject({ validity: 'too-few-to-say', quality: 'too-few-to-say' })
    expect(comparison.result).toBe('too-few-to-say')
  })

  test('records that B did not answer could hide a regression, so that no change is not said', () => {
    const silent = { failed: { code: 'unreachable' } } as const
    const comparison = compare(runOf(), runOf({ change: (index) => (index < 12 ? silent : {}) }))
    expect(line(comparison, 'validity')).toMatchObject({ result: 'too-few-to-say', n: 18 })
    expect(line(comparison, 'validity')?.reason).toContain('12 records judged on one side alone')
  })

  test('an improvement of the records that B still answered is none where those it lost could be a regression', () => {
    const silent = { failed: { code: 'unreachable' } } as const
    const a = runOf({ records: 60, change: (index) => (index < 10 ? wrong : {}) })
    const b = (lost: number) => runOf({ records: 60, change: (index) => (index >= 60 - lost ? silent : {}) })
    expect(line(compare(a, b(0)), 'quality')?.result).toBe('improved')
    expect(line(compare(a, b(5)), 'quality')?.result).toBe('improved')
    const hiding = compare(a, b(30))
    expect(line(hiding, 'quality')?.result).toBe('too-few-to-say')
    expect(line(hiding, 'quality')?.reason).toContain('could hide the opposite')
    expect(hiding.result).toBe('too-few-to-say')
  })

  test('of records that B lacks, those that were bad in A cannot have got worse: what A knows of them stands', () => {
    const a = (index: number) => (index < 8 ? wrong : {})
    const lacking = (from: number) =>
      runOf({ change: (index) => (index >= from && index < from + 6 ? { failed: { code: 'unreachable' } } : a(index)) })
    expect(line(compare(runOf({ change: a }), lacking(5)), 'quality')).toMatchObject({
      result: 'no-evidence-of-change',
      n: 24,
    })
    expect(line(compare(runOf({ change: a }), lacking(20)), 'quality')?.result).toBe('too-few-to-say')
  })

  test('a side that asked its records more often does not look worse for it: as many first answers are compared', () => {
    const again = (bad: number) =>
      runOf({ change: (index) => (index < bad ? broken : {}) }).filter(({ kind }) => kind === 'completion')
    const thrice = [...runOf(), ...again(12), ...again(0)]
    expect(line(compare(thrice, runOf()), 'validity')?.effect).toMatchObject({ before: 1, after: 1 })
    const worse = compare(thrice, runOf({ change: (index) => (index < 12 ? broken : {}) }))
    expect(line(worse, 'validity')?.result).toBe('regressed')
  })

  test('a third slower on every record is a regression of latency, with the typical difference', () => {
    const times = (factor: number): RunChanges => ({ change: (index) => ({ total_ms: (2000 + 10 * index) * factor }) })
    const comparison = compare(runOf(times(1)), runOf(times(1.3)))
    expect(gatesOf(comparison)).toMatchObject({ latency: 'regressed', validity: 'no-evidence-of-change' })
    expect(line(comparison, 'latency')?.effect?.change).toBeCloseTo(0.3 * 2145, 0)
    expect(line(compare(runOf(times(1)), runOf(times(1.01))), 'latency')).toMatchObject({
      result: 'no-evidence-of-change',
      reason: expect.stringContaining('less than 5 % of the median'),
    })
  })

  test('without six pairs the times are compared as two samples', () => {
    const times = (base: number): RunChanges => ({ records: 5, change: (index) => ({ total_ms: base + index }) })
    expect(line(compare(runOf(times(1000)), runOf(times(2000))), 'latency')?.reason).toContain(
      '5 and 5 answers without pairs',
    )
  })

  test('an answer that is no longer proven is a regression of identity, and nothing else is said of its model', () => {
    const echo = { identity: { level: 'echo' } } as const
    const comparison = compare(runOf(), runOf({ change: (index) => (index === 3 ? echo : {}) }))
    expect(comparison.result).toBe('regressed')
    expect(gatesOf(comparison)).toEqual({ identity: 'regressed' })
    expect(compare(runOf({ change: () => echo }), runOf({ change: () => echo })).result).toBe('not-comparable')
  })
})

describe('a gate that passed and passes no more', () => {
  const three = runOf({ change: (index) => (index < 3 ? broken : {}) })
  const lost = ({ pairs: [pair] }: Comparison) => pair?.lost_gates.map(({ gate, status }) => `${gate} ${status}`)

  test('is named though three of thirty records are no evidence of change, and none is where nothing changed', () => {
    const comparison = compare(runOf(), three)
    expect(comparison.result).toBe('no-evidence-of-change')
    expect(lost(comparison)).toEqual(['validity fail'])
    expect(comparison.pairs[0]?.lost_gates[0]?.reason).toContain('r-1: ')
    expect(lost(compare(three, runOf()))).toEqual([])
    expect(lost(compare(three, three))).toEqual([])
  })

  test('is named whichever factor changed: both are judged as if their settings were those of today', () => {
    const elsewhere = runOf().map((each) =>
      each.kind === 'completion' ? { ...each, options_sha256: 'e'.repeat(64), requested_model: 'older' } : each,
    )
    expect(lost(compare(elsewhere, three))).toEqual(['validity fail'])
  })

  test('is named where B did not measure it', () => {
    expect(lost(compare(runOf(), runOf({ records: 20 })))).toEqual(['validity insufficient', 'quality insufficient'])
  })

  test('is none of time or memory on another machine', () => {
    const slow = runOf({ machine: 'two', change: () => ({ total_ms: 100_000 }) })
    expect(lost(compare(runOf(), slow))).toEqual([])
    expect(lost(compare(runOf(), runOf({ change: () => ({ total_ms: 100_000 }) })))).toEqual([
      'validity fail',
      'latency fail',
    ])
  })
})

describe('compare or refuse', () => {
  test('one factor that changed is named, and its effect is what is seen', () => {
    const b = runOf({ parts: { prompt_sha256: 'c'.repeat(64) }, change: (index) => (index < 12 ? broken : {}) })
    const { pairs, result } = compare(runOf(), b)
    expect(pairs[0]?.differences).toEqual([
      { factor: 'prompt', text: expect.stringMatching(/^sha256:\w{12} → sha256:cccccccccccc$/) },
    ])
    expect(result).toBe('regressed')
  })

  test('other weights bring their template and their name: that is one factor, and is named first', () => {
    const other = { weights_sha256: 'c'.repeat(64), template_sha256: 'd'.repeat(64), requested_model: 'other' }
    const { pairs } = compare(runOf(), runOf({ parts: other }))
    expect(pairs[0]?.differences.map(({ factor }) => factor)).toEqual(['weights'])
    const refused = compare(runOf(), runOf({ parts: { ...other, checker_version: 2 } })).pairs[0]
    expect(refused?.differences.map(({ factor }) => factor)).toEqual(['weights', 'checker'])
    expect(refused?.refusal).toBe('they differ in weights, checker: which of them made a change cannot be told')
    expect(refused?.gates).toEqual([])
  })

  test('the embedded engine is of the version of bench-memo', () => {
    const later = runOf().map((each) => (each.kind === 'run' ? { ...each, versions: { 'bench-memo': '2' } } : each))
    expect(compare(runOf(), later).pairs[0]?.differences).toEqual([
      { factor: 'runtime-version', text: 'bench-memo 1 → bench-memo 2' },
    ])
  })

  test('weights that only one side knows are not known to be the same', () => {
    const { weights_sha256: _weights, ...unknown } = { weights_sha256: undefined }
    const b = runOf({ parts: unknown })
    const unproven = b.map((each) => {
      if (each.kind !== 'trial') return each
      const { weights_sha256: _gone, ...rest } = each.parts
      return { ...each, parts: rest }
    })
    expect(compare(runOf(), unproven).pairs[0]?.differences.map(({ factor }) => factor)).toEqual(['weights'])
  })

  test('what was meant to change must be what changed, and nothing else', () => {
    const options = runOf({ parts: { options: { temperature: 0.7, seed: 1, output_tokens: 256 } } })
    expect(compare(runOf(), options, { changed: 'options' }).pairs[0]?.differences[0]?.text).toBe('temperature 0 → 0.7')
    expect(compare(runOf(), options, { changed: 'prompt' }).pairs[0]?.refusal).toBe(
      'beside prompt, they differ in options',
    )
    expect(compare(runOf(), runOf(), { changed: 'prompt' }).pairs[0]?.refusal).toBe(
      'prompt was to differ, and does not',
    )
  })

  test('across machines answers compare, without their time limit; latency and memory do not', () => {
    const slow = { total_ms: 100_000 } as const
    const comparison = compare(runOf(), runOf({ machine: 'two', change: () => slow }))
    expect(gatesOf(comparison)).toMatchObject({
      validity: 'no-evidence-of-change',
      quality: 'no-evidence-of-change',
      latency: 'not-comparable',
      memory: 'not-comparable',
    })
    expect(comparison.pairs[0]?.differences.map(({ factor }) => factor)).toEqual(['machine'])
    expect(gatesOf(compare(runOf(), runOf({ change: () => slow })))).toMatchObject({ validity: 'regressed' })
    const without = runOf().filter(({ kind }) => kind !== 'machine')
    expect(gatesOf(compare(without, without)).latency).toBe('not-comparable')
  })

  test('a lane against another lane: the lane is the one factor, whatever it brings', () => {
    const b = runOf({ lane: 'local-two', parts: { weights_sha256: 'c'.repeat(64), runtime: 'ollama' } })
    const { pairs } = compare(runOf(), b, { lanes: [{ a: 'local', b: 'local-two' }] })
    expect(pairs[0]).toMatchObject({ differences: [{ factor: 'lane' }], result: 'no-evidence-of-change' })
    const otherPrompt = runOf({ lane: 'local-two', parts: { prompt_sha256: 'c'.repeat(64) } })
    expect(compare(runOf(), otherPrompt, { lanes: [{ a: 'local', b: 'local-two' }] }).result).toBe('not-comparable')
  })

  test('evidence without parts compares where the fingerprint is equal as a whole, and not else', () => {
    const old = runOf({ explained: false })
    expect(compare(old, runOf()).result).toBe('no-evidence-of-change')
    const refused = compare(old, runOf({ fingerprint: 'other' })).pairs[0]?.refusal
    expect(refused).toContain('they differ in fingerprint, and the evidence of A does not say')
  })

  test('fingerprints that differ for no recorded reason are refused', () => {
    expect(compare(runOf(), runOf({ fingerprint: 'other' })).pairs[0]?.refusal).toContain(
      'none of the recorded parts does',
    )
  })

  test('a side without any answer says why', () => {
    const silent = runOf({ change: () => ({ failed: { code: 'unreachable', message: 'nobody listens' } }) })
    expect(compare(runOf(), silent).pairs[0]?.refusal).toBe('B: none of its 30 records was answered: nobody listens')
  })

  test('a lane that B lost is not comparable, a lane that is new in B changes nothing', () => {
    const both = [...runOf(), ...runOf({ lane: 'local-two' })]
    expect(compare(both, runOf()).result).toBe('not-comparable')
    expect(compare(runOf(), both).result).toBe('no-evidence-of-change')
    expect(compare([], runOf()).result).toBe('not-comparable')
  })

  test('answers of two models in one run are no side of a comparison', () => {
    const mixed = [...runOf({ records: 15 }), ...runOf({ parts: { weights_sha256: 'c'.repeat(64) } })]
    expect(compare(mixed, runOf()).pairs[0]?.refusal).toContain('A: its answers are of several models')
  })
})

describe('any two runs', () => {
  const outcome = fc.record({
    form: fc.constantFrom('good', 'wrong', 'broken', 'gone'),
    total_ms: fc.integer({ min: 500, max: 4000 }),
  })
  const runs = fc.array(fc.tuple(outcome, outcome), { minLength: 1, maxLength: 30 })
  const made = (outcomes: readonly { form: string; total_ms: number }[]): Evidence[] =>
    runOf({
      records: outcomes.length,
      change: (index) => {
        const { form, total_ms } = outcomes[index] as (typeof outcomes)[number]
        if (form === 'gone') return { failed: { code: 'unreachable' } }
        return { total_ms, ...(form === 'wrong' ? wrong : form === 'broken' ? broken : {}) }
      },
    })
  const swapped: Partial<Record<ComparisonResult, ComparisonResult>> = { regressed: 'improved', improved: 'regressed' }

  test('compared with itself, a run never regresses or improves', () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 30 }), (outcomes) => {
        const run = made(outcomes)
        const { pairs, result } = compare(run, run)
        comparisonSchema.parse({ version: 1, ...compare(run, run) })
        expect(result).not.toMatch(/regressed|improved/)
        for (const { gates } of pairs) for (const gate of gates) expect(gate.result).not.toMatch(/regressed|improved/)
      }),
      { numRuns: 50 },
    )
  })

  test('swapping A and B swaps the results', () => {
    fc.assert(
      fc.property(runs, (outcomes) => {
        const [a, b] = [made(outcomes.map(([before]) => before)), made(outcomes.map(([, after]) => after))]
        const [forth, back] = [gatesOf(compare(a, b)), gatesOf(compare(b, a))]
        expect(back).toEqual(
          Object.fromEntries(Object.entries(forth).map(([gate, result]) => [gate, swapped[result] ?? result])),
        )
      }),
      { numRuns: 50 },
    )
  })
})

test('the text names what changed before any result, and adjusts p in the open', () => {
  const a = runOf()
  const b = runOf({ parts: { weights_sha256: 'c'.repeat(64) }, change: (index) => (index < 9 ? broken : {}) })
  const text = comparisonText(compare(a, b), { a: 'runs/a', b: 'runs/b' }).replace(/run-\d+/g, 'run')
  expect(text).toMatchInlineSnapshot(`
    "A  run (runs/a)
    B  run (runs/b)

    work on local
      changed: weights  smollm2-135m-instruct sha256:bbbbbbbbbbbb → smollm2-135m-instruct sha256:cccccccccccc
      identity  no evidence of change  every answer is proven: level weights in A, weights in B
      context   no evidence of change  effective at least 150 in A, effective at least 150 in B
      validity  regressed              −30.0 points (−47.9 to −12.5), p = 0.012, n = 30: 30 of 30 valid in A, 21 in B; 9 only in A, 0 only in B
      quality   regressed              −30.0 points (−47.9 to −12.5), p = 0.012, n = 30: 30 of 30 good in A, 21 in B; 9 only in A, 0 only in B
      latency   no evidence of change  0.0 ms (0.0 to 0.0), p = 1.0, n = 30: warm median 2.0 s in A, 2.0 s in B
      memory    too few to say         serving process not measured at its peak in A, not measured in B; one peak a run is no sample
      validity  passes in A, in B it fails: r-1: the answer is not JSON
      quality   passes in A, in B it fails: 70 % of 30 records are good (at most 83.4 %, one-sided 95 %), 90 % are needed

    Regressed. 3 tests, p adjusted by Holm for their number; intervals are 95 %, each by itself."
  `)
})
