import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BenchConfig } from '../../src/config/schema.ts'
import type { Dataset } from '../../src/datasets/dataset.ts'
import { examine } from '../../src/datasets/examine.ts'
import { fillPrompt } from '../../src/datasets/fill-prompt.ts'
import { promptText } from '../../src/datasets/prompt-text.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type Completion, type Evidence, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256, storeText } from '../../src/evidence/stored-text.ts'
import { judge } from '../../src/gates/judge.ts'
import { trialFingerprint } from '../../src/lanes/trial-fingerprint.ts'
import { trialPartsOf } from '../../src/lanes/trial-parts.ts'
import { rejudge } from '../../src/rejudging/rejudge.ts'
import { benchConfig, completion, memory, weights } from '../support/evidence.ts'

const inputs = Array.from({ length: 30 }, (_, index) => `It is colour ${index}.`)
const dataset: Dataset = {
  folder: 'datasets/work',
  prompt: [{ role: 'user', content: 'Name it: {{input}}' }],
  records: inputs.map((input, index) => ({ id: `r-${index}`, input, expected: { colour: [`colour ${index}`] } })),
  schema: {
    type: 'object',
    properties: { colour: { type: 'string', maxLength: 40 } },
    required: ['colour'],
    additionalProperties: false,
  },
  baseline: { colour: { constant: 'red' } },
  sha256: sha256('dataset'),
}
const withLane = (change: Partial<BenchConfig['lanes'][string]>, base = benchConfig()): BenchConfig => ({
  ...base,
  lanes: { ...base.lanes, local: { ...base.lanes.local, ...change } as BenchConfig['lanes'][string] },
})
const config = withLane({ structured_output: 'none' })

interface Changes {
  readonly config?: BenchConfig
  readonly answers?: (index: number) => string
  readonly privacy?: 'public' | 'internal' | 'private'
  /** False: evidence that does not say what its fingerprints were made of. */
  readonly explained?: boolean
}

/** A run of all records under a config, as it would have been recorded. */
function recorded({
  config: under = config,
  answers = (index) => JSON.stringify({ colour: `colour ${index}` }),
  privacy = 'public',
  explained = true,
}: Changes = {}): Evidence[] {
  const lane = under.lanes.local as BenchConfig['lanes'][string]
  const workload = under.workloads.work as BenchConfig['workloads'][string]
  const completions = dataset.records.map((record, index): Completion => {
    const text = answers(index)
    const given = completion({ record: record.id })
    return {
      ...given,
      record_sha256: sha256(record.input),
      prompt: storeText(promptText(fillPrompt(dataset.prompt, record.input)), privacy),
      fingerprint: trialFingerprint(lane, workload, dataset)(given.identity),
      options_sha256: laneOptionsSha256(under, 'local'),
      requested_model: lane.model,
      outcome: {
        ...(given.outcome as Extract<Completion['outcome'], { state: 'answered' }>),
        answer: storeText(text, privacy),
        examination: examine(text, record, dataset),
      },
    }
  })
  const [first] = completions as [Completion]
  const trial = evidenceSchema.parse({
    kind: 'trial',
    id: 'trial-1',
    run_id: 'run',
    at: first.at,
    lane: 'local',
    workload: 'work',
    fingerprint: first.fingerprint,
    parts: trialPartsOf(under, 'local', 'work', dataset)(first.identity),
  })
  return [...(explained ? [trial] : []), ...completions, memory(40)]
}

function again(evidence: readonly Evidence[], today: { config?: BenchConfig; dataset?: Dataset } = {}) {
  const judged = rejudge({
    evidence,
    config: today.config ?? config,
    config_sha256: sha256('config'),
    datasets: new Map([['work', today.dataset ?? dataset]]),
  })
  const rejudging = judged.at(-1)
  if (rejudging?.kind !== 'rejudging') throw new Error('no rejudging record')
  const verdict = (gate: Parameters<typeof judge>[0]) =>
    judge(gate, { config: today.config ?? config, evidence: judged, lane: 'local', workload: 'work' })
  return { judged, taken: rejudging.taken, why: rejudging.refused.map(({ why, n }) => `${n}: ${why}`), verdict }
}

describe('what is taken', () => {
  test('where nothing changed, all answers, and every examination comes out as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.json(), fc.string(), fc.constant('')), { minLength: 30, maxLength: 30 }),
        (texts) => {
          const evidence = recorded({ answers: (index) => texts[index] ?? '' })
          const { judged, taken } = again(evidence)
          const examined = (all: readonly Evidence[]) =>
            all.flatMap((each) =>
              each.kind === 'completion' && each.outcome.state === 'answered' ? [each.outcome.examination] : [],
            )
          // What was masked before it was stored cannot be examined.
          fc.pre(taken === 30)
          expect(examined(judged)).toEqual(examined(evidence))
        },
      ),
      { numRuns: 30 },
    )
  })

  test('validity and quality pass as they did; latency and memory are not measured, and say why', () => {
    const { verdict, judged } = again(recorded())
    expect(verdict('validity').status).toBe('pass')
    expect(verdict('quality').status).toBe('pass')
    expect(verdict('latency')).toMatchObject({
      status: 'not-measured',
      n: 0,
      reason: 'answers that were judged again have no latency',
    })
    expect(verdict('memory').status).toBe('not-measured')
    expect(judged.some(({ kind }) => kind === 'memory')).toBe(false)
  })

  test("today's expected facts, whoever expected others then", () => {
    const records = dataset.records.map((record) => ({ ...record, expected: { colour: ['mauve'] } }))
    const { verdict, taken } = again(recorded(), { dataset: { ...dataset, records } })
    expect(taken).toBe(30)
    expect(verdict('quality').status).toBe('fail')
    expect(verdict('validity').status).toBe('pass')
  })

  test("today's schema, where the runtime was never given it", () => {
    const schema = { ...dataset.schema, properties: { colour: { type: 'string', maxLength: 8 } } }
    const { verdict, taken } = again(recorded(), { dataset: { ...dataset, schema } })
    expect(taken).toBe(30)
    expect(verdict('validity').status).toBe('fail')
  })

  test('answers that a new pin allows', () => {
    expect(again(recorded(), { config: withLane({ weights: `sha256:${weights}` }, config) }).taken).toBe(30)
  })

  test('evidence that does not say what its fingerprints were made of, where the whole is equal', () => {
    expect(again(recorded({ explained: false })).taken).toBe(30)
    expect(again(recorded({ explained: false }), { config: withLane({ seed: 2 }, config) }).why[0]).toContain(
      'does not say',
    )
  })
})

describe('what is refused', () => {
  const given = withLane({ structured_output: 'json-schema' })
  const schema = { ...dataset.schema, properties: { colour: { type: 'string', maxLength: 8 } } }
  const prompt = [{ role: 'user' as const, content: 'Say it: {{input}}' }]
  test.for([
    [
      'another schema that the runtime was given',
      recorded({ config: given }),
      { config: given, dataset: { ...dataset, schema } },
      'was given it as a constraint',
    ],
    ['another prompt', recorded(), { dataset: { ...dataset, prompt } }, 'prompt.md has changed since'],
    ['another seed', recorded(), { config: withLane({ seed: 2 }, config) }, 'seed 1 → 2'],
    ['another model', recorded(), { config: withLane({ model: 'other' }, config) }, 'now for other'],
    [
      'other weights than are pinned',
      recorded(),
      { config: withLane({ weights: `sha256:${'c'.repeat(64)}` }, config) },
      'the lane expects the weights sha256:cccccccccccc…',
    ],
    ['a private answer', recorded({ privacy: 'private' }), {}, 'privacy kept no more of it than a hash'],
    [
      'a masked answer',
      recorded({ privacy: 'internal', answers: () => '{"colour":"a@b.example"}' }),
      {},
      'parts of it were masked',
    ],
  ] as const)('%s: all of it, and no gate passes without', ([, evidence, today, why]) => {
    const refused = again(evidence, today)
    expect(refused.taken).toBe(0)
    expect(refused.why).toEqual([expect.stringMatching(new RegExp(`^30: .*${why}`))])
    expect(refused.verdict('validity').status).toBe('not-measured')
    expect(refused.verdict('quality').status).toBe('not-measured')
  })

  test('answers of a lane that is no candidate any more', () => {
    const work = { ...(config.workloads.work as BenchConfig['workloads'][string]), lanes: ['local-two'] }
    expect(again(recorded(), { config: { ...config, workloads: { work } } })).toMatchObject({
      taken: 0,
      why: ['30: the config no longer has its workload, or its lane there'],
    })
  })

  test('a text that was changed after it was stored', () => {
    const evidence = recorded().map((each) =>
      each.kind === 'completion' && each.record_id === 'r-3' && each.outcome.state === 'answered'
        ? { ...each, outcome: { ...each.outcome, answer: { ...each.outcome.answer, text: '{"colour":"colour 3 "}' } } }
        : each,
    )
    expect(again(evidence)).toMatchObject({
      taken: 29,
      why: ['1: its text does not have its hash: one of them was changed'],
    })
  })

  test('a few of many leave validity insufficient: what they were is not known', () => {
    const evidence = recorded({
      privacy: 'internal',
      answers: (index) => (index < 2 ? '{"colour":"a@b.example"}' : JSON.stringify({ colour: `colour ${index}` })),
    })
    const { verdict, taken } = again(evidence)
    expect(taken).toBe(28)
    expect(verdict('validity')).toMatchObject({
      status: 'insufficient',
      reason: expect.stringContaining('not judged again'),
    })
  })

  test('a call that failed by the model is still a failure', () => {
    const [first, ...rest] = recorded().filter((each) => each.kind === 'completion')
    const outcome = { state: 'failed', code: 'context-exceeded', message: 'too long', total_ms: 5 } as const
    expect(again([...rest, { ...(first as Completion), outcome }]).verdict('validity').status).toBe('fail')
  })
})
