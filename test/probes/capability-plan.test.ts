import { describe, expect, it } from 'vitest'
import { laneSchema, runtimeKinds } from '../../src/config/schema.ts'
import {
  byNearness,
  capabilityPlan,
  ownCombination,
  type PlannedCombination,
} from '../../src/probes/capability-plan.ts'

const secret = { name: 'bcdfgh', value: 'jkmnpq' }
const lane = (changes: object = {}) => laneSchema.parse({ runtime: 'here', model: 'm:1', ...changes })
const bodyOf = ({ request }: PlannedCombination) =>
  (typeof request === 'string' ? undefined : request.body) as Record<string, unknown>

describe('the questions to a runtime', () => {
  it.each(runtimeKinds)('of kind %s hold the way in which its lanes ask, once, and no way twice', (kind) => {
    for (const think of [true, false]) {
      for (const structured_output of ['json-schema', 'none'] as const) {
        const plan = capabilityPlan(kind, lane({ think, structured_output }), secret)
        const own = ownCombination(kind, lane({ think, structured_output }))
        const same = plan.filter(
          (each) => JSON.stringify({ ...each, request: 0 }) === JSON.stringify({ ...own, request: 0 }),
        )
        expect(same).toHaveLength(1)
        expect(plan.toSorted(byNearness(own))[0]).toBe(same[0])
        const ways = plan.map(({ request: _, ...way }) => JSON.stringify(way))
        expect(new Set(ways).size).toBe(ways.length)
      }
    }
  })

  it.each(runtimeKinds)('of kind %s tell the secret in a schema or a grammar only, never in a prompt', (kind) => {
    for (const planned of capabilityPlan(kind, lane(), secret)) {
      const { messages, prompt, ...rest } = bodyOf(planned)
      expect(JSON.stringify({ messages, prompt })).not.toMatch(/bcdfgh|jkmnpq|JSON/)
      const constrained = planned.structure === 'json-schema' || planned.structure === 'grammar'
      expect(JSON.stringify(rest).includes('bcdfgh')).toBe(constrained)
    }
  })

  it("ask Ollama under the lane's own context, and not where a request cannot name it", () => {
    const plan = capabilityPlan('ollama', lane({ context: 2048, keep_alive: '10m' }), secret)
    const own = plan.filter(({ endpoint }) => endpoint.startsWith('/api/'))
    expect(own.length).toBeGreaterThan(0)
    for (const each of own) expect(bodyOf(each)).toMatchObject({ options: { num_ctx: 2048 }, keep_alive: '10m' })
    const others = plan.filter(({ endpoint }) => endpoint.startsWith('/v1/'))
    expect(new Set(others.map(({ request }) => request))).toEqual(new Set(['would-reload']))
    expect(capabilityPlan('ollama', lane(), secret).every(({ request }) => request !== 'would-reload')).toBe(true)
  })
})
