import { describe, expect, test } from 'vitest'
import { latencySection } from '../../reporters/latency-section.ts'
import { assess } from '../../src/assessment/assess.ts'
import { assessSpeed } from '../../src/assessment/lane-speed.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import type { ProbedCall } from '../../src/evidence/latency-schema.ts'
import { type Evidence, type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { benchConfig, completions } from '../support/evidence.ts'

const config = benchConfig()

interface Call {
  readonly output_tokens?: number
  /** Tokens per second by what arrives. */
  readonly wire?: number
  /** Tokens per second by the server. */
  readonly server?: number
  readonly first_content_ms?: number
}

function call({ output_tokens = 144, wire = 50, server = 50, first_content_ms = 1000 }: Call = {}): ProbedCall {
  return {
    state: 'answered',
    finish_reason: 'length',
    usage: { prompt_tokens: 200, cached_prompt_tokens: 0, output_tokens },
    timing: {
      total_ms: first_content_ms + (1000 * (output_tokens - 1)) / wire,
      first_content_ms,
      chunks: output_tokens,
      server_prompt_ms: 1000,
      server_generation_ms: (1000 * (output_tokens - 1)) / server,
    },
  }
}

function probe(calls: readonly ProbedCall[], options_sha256 = laneOptionsSha256(config, 'local')): Evidence {
  return evidenceSchema.parse({
    kind: 'latency',
    id: 'probe',
    run_id: 'run',
    at: '2026-01-02T00:00:00.000Z',
    lane: 'local',
    options_sha256,
    planned: 5,
    calls,
    total_ms: 20_000,
  })
}

const five = (changes: Call = {}) => Array.from({ length: 5 }, () => call(changes))
const findings = (calls: readonly ProbedCall[]) =>
  assessSpeed([probe(calls)], config, 'local').findings.map(({ text }) => text)

describe("a lane's speed", () => {
  test('stands by both witnesses, from the probe where there is one', () => {
    const speed = assessSpeed([...completions(6), probe(five({ wire: 49.5 }))], config, 'local')
    expect(speed.generated).toMatchObject({ server: 50, n: 5, measured_on: 'probe' })
    expect(speed.generated?.wire).toBeCloseTo(49.5)
    expect(speed.prompt).toMatchObject({ server: 200, wire: 200, wire_to_server: 1 })
    expect(speed).toMatchObject({ findings: [], evidence_ids: ['probe'] })
  })

  test("stands on the records' own answers where there is none, n - 1 steps for n tokens", () => {
    const speed = assessSpeed(completions(6), config, 'local')
    expect(speed.generated).toEqual({ server: 49, n: 6, measured_on: 'records' })
    expect(speed.prompt).toEqual({ server: 200, n: 6, measured_on: 'records' })
  })

  test('is not taken from a probe of other settings than today', () => {
    const speed = assessSpeed([probe(five(), 'd'.repeat(64))], config, 'local')
    expect(speed).toEqual({ findings: [], evidence_ids: [] })
  })

  test('takes no prompt speed from answers whose prompt may have been cached', () => {
    const cached = completions(6, () => ({ state: 'prefix-cached' }))
    expect(assessSpeed(cached, config, 'local')).not.toHaveProperty('prompt')
  })
})

describe('witnesses that disagree', () => {
  test('are a finding over 3 %, where five calls of 128 tokens or more measured it', () => {
    expect(findings(five({ wire: 48.6 }))).toEqual([])
    expect(findings(five({ wire: 48.4 }))).toEqual([
      "it generates at 50 tok/s by the server's timings and 48 tok/s by what arrived: 3 % apart, over 3 %",
    ])
    expect(findings(five({ wire: 55 }))).toHaveLength(1)
  })

  test('may be 10 % apart where calls were fewer or shorter', () => {
    expect(findings(five({ wire: 46, output_tokens: 100 }))).toEqual([])
    expect(findings(five({ wire: 46 }).slice(1))).toEqual([])
    expect(findings(five({ wire: 44 }).slice(1))).toHaveLength(1)
  })

  test('are compared answer by answer: a machine that is busy at times slows both', () => {
    const calls = [10, 20, 30, 40, 50].map((rate) => call({ wire: rate, server: rate }))
    expect(findings(calls)).toEqual([])
  })

  test('may differ on prompts by the way there and back, not by more', () => {
    expect(findings(five({ first_content_ms: 1240 }))).toEqual([])
    expect(findings(five({ first_content_ms: 1300 }))).toEqual([
      "it reads prompts at 200 tok/s by the server's timings and 154 tok/s by what arrived: 23 % apart, over 10 %",
    ])
  })

  test('are joined by a call that failed', () => {
    const failed: ProbedCall = { state: 'failed', code: 'runner-died', message: 'it died', total_ms: 5 }
    expect(findings([call(), failed])).toEqual(['a call that measures speed failed: it died'])
  })
})

describe("the memo's page on speed", () => {
  const sweep = evidenceSchema.parse({
    kind: 'concurrency',
    id: 'sweep',
    run_id: 'run',
    at: '2026-01-02T00:00:00.000Z',
    lane: 'local',
    options_sha256: laneOptionsSha256(config, 'local'),
    levels: [
      {
        concurrency: 2,
        total_ms: 2200,
        calls: [0, 1100].map((waited) => ({
          state: 'answered',
          usage: { output_tokens: 64 },
          chunks: 64,
          first_token_ms: waited + 100,
          total_ms: waited + 1100,
        })),
      },
    ],
    total_ms: 2200,
  }) as EvidenceOf<'concurrency'>

  test('names witnesses, calls at once and populations, each with its evidence', () => {
    const records = completions(7, (index) => (index === 0 ? { state: 'cold', total_ms: 9000 } : {}))
    const ids = records.map(({ id }) => id)
    const page = latencySection(assess([...records, probe(five()), sweep], config))
    expect(ids.reduce((text, id, index) => text.replaceAll(id, `record-${index}`), page)).toMatchInlineSnapshot(`
      "local: prompts 200 tok/s by the server, 200 tok/s by what arrived (median of 5, no cached prefix); generation 50 tok/s by the server, 50 tok/s by what arrived (median of 5, no cached prefix); 2 calls at once: one after the other (1 answer at a time, first token after 0.1 s to 1.2 s, 58 tok/s in all) (\`probe\`, \`sweep\`).

      | Workload | Lane | Answers | n | Median (95 % interval) | Tail | First token | Per output token | Between chunks | Evidence |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      | Work | local | cold | 1 | 9.0 s | – | not seen | not computable | not seen | \`record-0\` |
      | Work | local | warm | 6 | 2.0 s (95 %: 2.0 s to 2.0 s) | max of 6 2.0 s | not seen | not computable | not seen | \`record-1\`, \`record-2\` and 4 more |

      Cold, warm and prefix-cached answers are never pooled. A percentile stands only where n bears it, an interval from n = 6. A chunk may hold several tokens."
    `)
  })

  test('says that nothing was timed where nothing was', () => {
    expect(latencySection(assess([], config))).toBe('No answer was timed.')
  })
})
