import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoJson } from '../../reporters/memo-json.ts'
import { memoMarkdown } from '../../reporters/memo-markdown.ts'
import { assess } from '../../src/assessment/assess.ts'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import type { Statement } from '../../src/assessment/statement.ts'
import { uniteEvidence } from '../../src/evidence/read.ts'
import type { Evidence } from '../../src/evidence/schema.ts'
import {
  benchConfig,
  completion,
  completions,
  contextProbe,
  memory,
  provenEvidence,
  withRequiredIdentity,
} from '../support/evidence.ts'

const routeOf = (evidence: readonly Evidence[], config = benchConfig()) => {
  const [workload] = assess(uniteEvidence(evidence), config).workloads
  if (!workload) throw new Error('no workload')
  return workload
}

const texts = (statements: readonly Statement[]) => statements.map(({ text }) => text)

describe('the route', () => {
  test('is blocked without evidence: no evidence, no route', () => {
    const { route, flips } = routeOf([])
    expect(route).toMatchObject({ route: 'blocked', blocked: 'blocked-local', mode: 'shadow' })
    expect(route.reasons[0]?.text).toContain('local is unproven')
    expect(flips).not.toHaveLength(0)
  })

  test('is local-primary where a local lane passed every gate', () => {
    const { route, flips, ends } = routeOf(provenEvidence())
    expect(route).toMatchObject({ route: 'local-primary', lane: 'local', mode: 'autonomous' })
    expect(texts(flips)).toContain('local: one record that breaks the contract')
    expect(texts(ends).join()).toContain('weights other than sha256:bbbbbbbbbbbb…')
  })

  test('is local-fallback while memory stays below caution, otherwise queue', () => {
    const { route, flips } = routeOf([...completions(26), memory(85), contextProbe()])
    expect(route).toMatchObject({ route: 'local-fallback', lane: 'local', otherwise: 'queue' })
    expect(texts(flips)).toContain('local: local-primary once memory in use stays below 80 %')
  })

  test('falls back to a cloud incumbent that privacy allows', () => {
    const config = benchConfig({ lanes: '[local, cloud]', workload: 'incumbent: cloud' })
    expect(routeOf([...completions(26), memory(85), contextProbe()], config).route.otherwise).toBe('cloud')
  })

  test('is cloud-primary for an incumbent that was not measured, and says so', () => {
    const config = benchConfig({ workload: 'incumbent: cloud' })
    expect(routeOf([], config).route).toMatchObject({
      route: 'cloud-primary',
      lane: 'cloud',
      incumbent_not_measured: true,
    })
  })

  test('is cloud-primary for a proven cloud lane, by its own level of proof', () => {
    const config = benchConfig({ lanes: '[local, cloud]' })
    const identity = { level: 'echo', required: 'echo' } as const
    const evidence = completions(26, () => ({ lane: 'cloud', identity }))
    expect(routeOf(evidence, config).route).toMatchObject({ route: 'cloud-primary', lane: 'cloud' })
  })

  test('is never local-primary without a judged answer, whatever is required', () => {
    const off = '{ required: false }'
    const config = benchConfig({
      workload: `gates: { validity: ${off}, quality: ${off}, latency: ${off}, memory: ${off} }`,
    })
    expect(routeOf([], config).route.route).toBe('blocked')
  })

  test('is not local-primary where records that were asked got no answer', () => {
    const evidence = [
      ...provenEvidence(),
      completion({ record: 'last', failed: { code: 'queue-full', message: '429' } }),
    ]
    expect(routeOf(evidence).standings[0]).toMatchObject({ status: 'unproven' })
  })

  test('counts 22 of 25 valid records as draft-only, not as good enough', () => {
    const evidence = completions(25, (index) => (index >= 22 ? { examination: { missing_fields: ['a'] } } : {}))
    expect(routeOf([...evidence, memory(40), contextProbe()]).route).toMatchObject({
      blocked: 'blocked-local',
      mode: 'draft-only',
    })
  })

  test('takes the first proven lane in the order of the config, and names the runner-up', () => {
    const config = benchConfig({ lanes: '[local-two, local]' })
    const { route } = routeOf([...provenEvidence('local'), ...provenEvidence('local-two')], config)
    expect(route).toMatchObject({ lane: 'local-two', runner_up: { lane: 'local', status: 'proven' } })
  })

  test('keeps high stakes in drafts until 59 records without a failure', () => {
    const config = benchConfig({ workload: 'stakes: high' })
    expect(routeOf(provenEvidence(), config).route).toMatchObject({ route: 'local-primary', mode: 'draft-only' })
    expect(routeOf([...completions(59), memory(40), contextProbe()], config).route.mode).toBe('autonomous')
  })

  test('is local-fallback at most for a lane that only echoes a name, and says what would prove more', () => {
    const config = withRequiredIdentity(benchConfig(), 'echo')
    const evidence = completions(26, () => ({ identity: { level: 'echo' } }))
    const { route, flips } = routeOf([...evidence, memory(40), contextProbe()], config)
    expect(route).toMatchObject({ route: 'local-fallback', otherwise: 'queue' })
    expect(route.reasons[0]?.text).toContain('which nothing proves')
    expect(texts(flips)).toContain('local: local-primary once every answer is proven at level declared-twice or above')
    expect(routeOf([...completions(26), memory(40), contextProbe()], config).route.route).toBe('local-primary')
  })

  test('names all conditions together where several hold', () => {
    const config = withRequiredIdentity(benchConfig(), 'echo')
    const evidence = completions(26, () => ({ identity: { level: 'echo' } }))
    const { standings, flips } = routeOf([...evidence, memory(85), contextProbe()], config)
    expect(texts(standings[0]?.conditions ?? [])).toHaveLength(2)
    expect(texts(flips)[0]).toBe(
      'local: local-primary once every answer is proven at level declared-twice or above and memory in use stays below 80 %',
    )
  })

  test('is flipped by lanes of higher preference only, once one is proven', () => {
    const config = benchConfig({ lanes: '[local-two, local]' })
    const flipsBy = (evidence: readonly Evidence[]) => texts(routeOf(evidence, config).flips)
    expect(flipsBy(provenEvidence('local')).some((flip) => flip.startsWith('local-two: identity measured'))).toBe(true)
    expect(flipsBy(provenEvidence('local-two')).filter((flip) => flip.startsWith('local:'))).toEqual([])
  })

  test('keeps an incumbent of high stakes in drafts until it is measured', () => {
    const modeOf = (evidence: readonly Evidence[], stakes: string) =>
      routeOf(evidence, benchConfig({ lanes: '[local, cloud]', workload: `incumbent: cloud\n    stakes: ${stakes}` }))
        .route
    const measured = (n: number) => completions(n, () => ({ lane: 'cloud', identity: { level: 'echo' } }))
    expect(modeOf([], 'normal')).toMatchObject({ mode: 'autonomous', incumbent_not_measured: true })
    expect(modeOf([], 'high')).toMatchObject({ mode: 'draft-only', incumbent_not_measured: true })
    expect(modeOf(measured(3), 'high')).toMatchObject({ mode: 'draft-only', incumbent_measured: { n: 3, needed: 25 } })
    expect(modeOf(measured(58), 'high')).toMatchObject({ mode: 'draft-only' })
    expect(modeOf(measured(59), 'high')).toMatchObject({ mode: 'autonomous' })
  })

  test.for([
    ['untrusted', { identity: { level: 'echo' as const } }],
    ['unfit', { examination: { ungrounded_urls: 1, urls: 1 } }],
    ['unfit-machine', { record: 'r-2', total_ms: 89_000, state: 'prefix-cached' as const }],
  ] as const)('calls a lane %s by its deciding evidence', ([status, changes]) => {
    const strict = benchConfig({ workload: 'gates: { latency: { median_seconds: 3 } }' })
    const evidence = [
      ...completions(25, () => (status === 'unfit-machine' ? { total_ms: 4000 } : {})),
      completion({ record: 'last', ...(changes as object) }),
      memory(40),
      contextProbe(),
    ]
    expect(routeOf(evidence, strict).standings[0]?.status).toBe(status)
  })
})

describe('the assessment', () => {
  test('does not depend on the order in which evidence was read', () => {
    const evidence = [...provenEvidence(), ...completions(3, () => ({ lane: 'local-two' }))]
    const config = benchConfig({ lanes: '[local, local-two]' })
    const memoOf = (some: readonly Evidence[]) => {
      const assessment = assess(uniteEvidence(some), config)
      return memoMarkdown(assessment) + memoJson(assessment)
    }
    const expected = memoOf(evidence)
    fc.assert(
      fc.property(fc.shuffledSubarray(evidence, { minLength: evidence.length }), (shuffled) => {
        expect(memoOf(shuffled)).toBe(expected)
      }),
      { numRuns: 20 },
    )
  })

  test('is published as memo.json, whatever the evidence says', () => {
    const config = benchConfig({ lanes: '[local, local-two, cloud]', workload: 'incumbent: cloud' })
    const some = [
      [],
      provenEvidence(),
      [...completions(26), memory(85), contextProbe()],
      completions(30, (index) => (index === 6 ? { examination: { missing_fields: ['a'] } } : {})),
      [completion({ failed: { code: 'runner-died', message: 'killed' } })],
    ]
    for (const evidence of some) {
      expect(() => memoSchema.parse(JSON.parse(memoJson(assess(uniteEvidence(evidence), config))))).not.toThrow()
    }
  })

  test('names a recorded verdict that the facts do not confirm', () => {
    const [first] = provenEvidence()
    const copy = {
      kind: 'verdict',
      id: 'verdict-1',
      run_id: 'run',
      at: first?.at ?? '',
      lane: 'local',
      workload: 'work',
    } as const
    const { disagreements } = assess(
      [...provenEvidence(), { ...copy, gate: 'quality', status: 'fail', n: 25, needed: 25 }],
      benchConfig(),
    )
    expect(disagreements).toEqual(['work on local: a test recorded quality fail, the evidence says pass (verdict-1)'])
  })

  test('says where no model is needed', () => {
    const lane = completions(25, (index) =>
      index < 20
        ? {
            examination: {
              facts: [
                { field: 'a', found: true },
                { field: 'b', found: false },
              ],
            },
          }
        : {},
    )
    const baseline = lane.slice(0, 25).map((each, index) => {
      const { outcome, id, run_id, at, workload, record_id, record_sha256 } = each
      if (outcome.state !== 'answered') throw new Error('not answered')
      const facts = outcome.examination.facts.map((fact) => ({ ...fact, found: index < 5 || index > 22 }))
      return {
        ...{ kind: 'baseline' as const, id: `baseline-${id}`, run_id, at, workload, record_id, record_sha256 },
        examination: { ...outcome.examination, facts },
      }
    })
    const [comparison] = routeOf([...lane, ...baseline]).baselines
    expect(comparison).toMatchObject({ records: 25, baseline_good: 7, lane_good: 5, no_model_needed: true })
  })

  test("computes the month's value from the assumptions, only for what a lane serves on its own", () => {
    const workload =
      'volume: { per_month: 180 }\n    value: { minutes_saved_per_task: 4, external_cost_per_task: 0.006 }'
    const config = { ...benchConfig({ workload }), value: { currency: 'USD', labour_per_hour: 85 } }
    const [value] = assess(provenEvidence(), config).value
    expect(value).toMatchObject({ tasks: 180, hours_saved: 12, labour_value: 1020 })
    expect(value?.external_spend_avoided).toBeCloseTo(1.08)
    expect(assess([], config).value).toEqual([])
  })
})
