import { describe, expect, test } from 'vitest'
import { assess } from '../../src/assessment/assess.ts'
import { uniteEvidence } from '../../src/evidence/read.ts'
import type { Evidence } from '../../src/evidence/schema.ts'
import { benchConfig, type CompletionChanges, completions, contextProbe, memory } from '../support/evidence.ts'

const assessed = (evidence: readonly Evidence[]) => {
  const [workload] = assess(uniteEvidence(evidence), benchConfig()).workloads
  if (!workload) throw new Error('no workload')
  return workload
}
const routeOf = (evidence: readonly Evidence[]) => assessed(evidence).route.route

/** 25 records, the first `changed` of them changed, at this share of memory. */
const run = (changed: number, changes: CompletionChanges = {}, usedPercent = 40) => [
  ...completions(25, (index) => (index < changed ? changes : {})),
  memory(usedPercent),
  contextProbe(),
]
const missed = {
  examination: {
    facts: [
      { field: 'a', found: true },
      { field: 'b', found: false },
    ],
  },
}

describe('what would flip a proven lane', () => {
  test('is all that it says, and nothing else', () => {
    expect(routeOf(run(0))).toBe('local-primary')
    expect(assessed(run(0)).flips.map(({ text }) => text)).toEqual([
      'local: one answer from other weights, or without proof',
      'local: one prompt that is cut off silently, or does not fit',
      'local: one record that breaks the contract',
      'local: 3 good records less (25 of 25; 23 needed)',
      'local: one answer over 90 s',
      'local: local-fallback once memory in use reaches 80 %',
      'local: not local once memory in use reaches 92 %',
    ])
  })

  test.for([
    ['one answer from other weights', run(1, { identity: { weights_sha256: 'c'.repeat(64) } }), 'blocked'],
    ['one answer without proof', run(1, { identity: { level: 'none' } }), 'blocked'],
    ['one prompt that is cut off', run(1, { words: 200 }), 'blocked'],
    ['one record that breaks the contract', run(1, { examination: { missing_fields: ['a'] } }), 'blocked'],
    ['3 good records less', run(3, missed), 'blocked'],
    ['one answer over 90 s', run(1, { total_ms: 90_001 }), 'blocked'],
    ['memory at 80 %', run(0, {}, 80), 'local-fallback'],
    ['memory at 92 %', run(0, {}, 92), 'blocked'],
  ] as const)('does: %s', ([, evidence, route]) => {
    expect(routeOf(evidence)).toBe(route)
  })

  test.for([
    ['2 good records less', run(2, missed)],
    ['one answer of just 90 s', run(1, { total_ms: 90_000 })],
    ['memory at 79 %', run(0, {}, 79)],
  ] as const)('does not where it is less: %s', ([, evidence]) => {
    expect(routeOf(evidence)).toBe('local-primary')
  })

  test('cites the evidence of the gate it speaks of', () => {
    const evidence = run(0)
    const memoryId = evidence.find(({ kind }) => kind === 'memory')?.id
    const flip = assessed(evidence).flips.find(({ text }) => text.includes('reaches 80 %'))
    expect(flip?.evidence_ids).toEqual([memoryId])
  })
})

describe('what would flip a blocked lane', () => {
  test('stands in one sentence where several gates are open, since no gate alone would do', () => {
    const both = run(3, { ...missed, examination: { ...missed.examination, missing_fields: ['b'] } })
    expect(assessed(both).flips.map(({ text }) => text)).toEqual([
      'local: 3 broken records mended (22 of 25 valid; 25 of 25 needed); and 1 more good record (22 of 25; 23 needed)',
    ])
    expect(routeOf(run(3, missed))).toBe('blocked')
    expect(routeOf(run(2, missed))).toBe('local-primary')
  })
})
