import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { standingOf } from '../../src/assessment/lane-status.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { BenchConfig } from '../../src/config/schema.ts'
import type { ContextTrial } from '../../src/evidence/context-schema.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import type { Evidence } from '../../src/evidence/schema.ts'
import { judge } from '../../src/gates/judge.ts'
import { benchConfig, completion, completions, contextProbe } from '../support/evidence.ts'

const config = benchConfig()
const judged = (evidence: readonly Evidence[], changes: Partial<Parameters<typeof judge>[1]> = {}) =>
  judge('context', { config, lane: 'local', workload: 'work', evidence, ...changes })

/** A prompt that must have so many tokens, of which the server counted so many. */
const counted = (expected: number, prompt_tokens: number): ContextTrial => ({
  words: Math.round(expected * 0.9),
  characters: expected * 5,
  expected_prompt_tokens: expected,
  outcome: {
    state: 'answered',
    prompt_tokens,
    output_tokens: 1,
    codes: { head: false, middle: false, tail: false },
    total_ms: 1000,
  },
})

/** The lane `local` on another runtime. */
const servedBy = (runtime: string): BenchConfig =>
  parseConfig(
    `
version: 1
runtimes: { there: ${runtime} }
lanes: { local: { runtime: there, model: smollm2-135m-instruct, required_identity: echo } }
workloads: { work: { title: Work, dataset: d, lanes: [local], limits: { output_tokens: 200 } } }
`,
    'bench.config.yaml',
  )

describe('the context gate', () => {
  test('passes where the context was filled, a longer prompt was refused, and the longest record has room', () => {
    expect(judged([...completions(3), contextProbe()])).toMatchObject({
      status: 'pass',
      observed: 'trained 8192, in force 2048, effective at least 2030',
      reason: 'a prompt over the context is refused; the model repeated what stood at its head, middle, tail',
    })
  })

  test('holds for every workload of the lane, and for no other lane', () => {
    const probe = contextProbe({ lane: 'local-two' })
    expect(judged([...completions(3), probe]).status).toBe('not-measured')
    expect(judged([completion({ lane: 'local-two' }), probe], { lane: 'local-two' }).status).toBe('pass')
  })

  test.for([
    ['a prompt over the context', { over: counted(2560, 2048) }],
    ['a prompt that fits what is declared', { fitting: counted(1990, 1024) }],
    ['a short prompt', { calibrations: [counted(150, 150), counted(270, 130)] }],
  ] as const)('fails where %s was answered though it was cut off, and the lane is untrusted', ([what, changes]) => {
    const verdict = judged([...completions(3), contextProbe({ ...changes } as object)])
    expect(verdict.status).toBe('fail')
    expect(verdict.reason).toContain(`${what} was answered though it was cut off silently`)
    expect(verdict.observed).toContain('which is left of a longer prompt')
    expect(standingOf('local', 'local', [verdict]).status).toBe('untrusted')
  })

  test('fails on one ordinary answer whose prompt has fewer tokens than words, and names its record', () => {
    const evidence = [...completions(3), completion({ record: 'long', words: 140 }), contextProbe()]
    expect(judged(evidence)).toMatchObject({
      status: 'fail',
      offender: { record_id: 'long', why: 'the server counted 100 prompt tokens where the text has at least 140' },
    })
    const inTheCloud = { ...completion({ lane: 'cloud', words: 140 }), requested_model: 'big' }
    expect(judged([inTheCloud], { lane: 'cloud' }).status).toBe('fail')
  })

  test('fails where the context in force has no room for the longest prompt and its answer', () => {
    const small = { context_in_force: 300, target_tokens: 300, fitting: counted(260, 260), over: undefined }
    expect(judged([...completions(3), contextProbe(small as object)])).toMatchObject({
      status: 'fail',
      reason: 'the context in force has 300 tokens, the longest prompt and its answer need 356',
      remedy: 'write lanes: { local: { context: 1024 } }',
    })
  })

  test('fails where a record was refused, since its prompt does not fit', () => {
    const evidence = [...completions(3), completion({ record: 'long', failed: { code: 'context-exceeded' } })]
    expect(judged([...evidence, contextProbe()])).toMatchObject({
      status: 'fail',
      offender: { record_id: 'long' },
    })
  })

  test.for(['deadline-exceeded', 'runner-died', 'stream-cut'] as const)(
    'holds only for lengths that were seen where the longer prompt ended with %s: unknown is no pass',
    (code) => {
      const over = contextProbe().over as ContextTrial
      const failed = { ...over, outcome: { state: 'failed', code, message: 'gone', total_ms: 5 } } as ContextTrial
      const verdict = judged([...completions(3), contextProbe({ over: failed })])
      expect(verdict).toMatchObject({
        status: 'pass',
        condition: 'prompt and answer stay within 2030 tokens, which were seen to arrive',
      })
      expect(standingOf('local', 'local', [verdict]).status).not.toBe('proven')
      expect(judged([...completions(3), contextProbe()])).not.toHaveProperty('condition')
    },
  )

  test('a probe under settings that the lane does not have any more is not counted', () => {
    const earlier = contextProbe({ options_sha256: 'a'.repeat(64) })
    expect(judged([...completions(3), earlier]).status).toBe('not-measured')
    const today = contextProbe({ options_sha256: laneOptionsSha256(config, 'local') })
    expect(judged([...completions(3), today, earlier]).status).toBe('pass')
  })

  test('is not measured without a probe or without an answer, and does not apply to a cloud lane', () => {
    expect(judged(completions(3)).status).toBe('not-measured')
    expect(judged([contextProbe()]).status).toBe('not-measured')
    expect(judged([completion({ lane: 'cloud' })], { lane: 'cloud' }).status).toBe('not-applicable')
  })

  test('is not measured where the server counts nothing and nothing was repeated; repeating all is evidence', () => {
    const uncounted = (seen: boolean): ContextTrial => ({
      words: 1800,
      characters: 9000,
      outcome: { state: 'answered', codes: { head: seen, middle: seen, tail: seen }, total_ms: 1 },
    })
    const answered = completion()
    if (answered.outcome.state === 'answered') answered.outcome.usage = {}
    const probe = (seen: boolean) => contextProbe({ fitting: uncounted(seen), over: uncounted(false) })
    expect(judged([answered, probe(false)]).status).toBe('not-measured')
    expect(judged([answered, probe(true)])).toMatchObject({
      status: 'pass',
      observed: 'trained 8192, in force 2048, effective at least 1800 words',
    })
  })

  test('says up to where it filled the context where a cap of the config ended it', () => {
    const verdict = judged([...completions(3), contextProbe({ target_from: 'seconds', target_tokens: 1500 })])
    expect(verdict.reason).toContain('filled up to 1500 tokens (context_probe.seconds)')
  })

  test.for([
    ["{ kind: ollama, endpoint: 'http://127.0.0.1:9' }", 'write lanes: { local: { context: 1024 } } (sent as num_ctx)'],
    ["{ kind: llama-server, endpoint: 'http://127.0.0.1:9' }", 'start llama-server with --ctx-size 1024'],
    [
      "{ kind: openai-compatible, endpoint: 'http://127.0.0.1:9/v1', location: local }",
      'if this is Ollama, write runtimes: { there: { kind: ollama } }',
    ],
  ] as const)('says what to write for %s', ([runtime, remedy]) => {
    const evidence = [...completions(3), contextProbe({ over: counted(2560, 2048) })]
    expect(judged(evidence, { config: servedBy(runtime) }).remedy).toContain(remedy)
  })

  test('never passes a prompt of which a fifth or more was cut off, and never fails one that came through whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 100_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tokens, share) => {
          const trial = counted(tokens, Math.floor(tokens * share))
          const { status } = judged([...completions(1), contextProbe({ over: trial })])
          if (share <= 0.8) expect(status).toBe('fail')
          if (share > 0.95) expect(status).toBe('pass')
        },
      ),
    )
  })
})
