import { parseConfig } from '../../src/config/load.ts'
import type { BenchConfig, IdentityLevel } from '../../src/config/schema.ts'
import { type Completion, type Evidence, type Examination, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'

/** Evidence for tests of pure logic: real records of the schema, made valid by it. */

export const weights = 'b'.repeat(64)

export function benchConfig(changes: { workload?: string; lanes?: string; privacy?: string } = {}): BenchConfig {
  return parseConfig(
    `
version: 1
runtimes:
  here: { kind: embedded }
  elsewhere: { kind: openai-compatible, endpoint: 'http://127.0.0.1:9/v1', location: cloud }
lanes:
  local: { runtime: here, model: smollm2-135m-instruct, weights: 'sha256:${weights}' }
  local-two: { runtime: here, model: smollm2-135m-instruct }
  cloud: { runtime: elsewhere, model: big }
workloads:
  work:
    title: Work
    dataset: datasets/work
    lanes: ${changes.lanes ?? '[local]'}
    privacy: ${changes.privacy ?? 'public'}
    limits: { seconds_per_record: 90 }
    ${changes.workload ?? ''}
`,
    'bench.config.yaml',
  )
}

/** The same config with the lane `local` allowed another level of proof, and without its pin. */
export function withRequiredIdentity(config: BenchConfig, required_identity: IdentityLevel): BenchConfig {
  const { weights: _pin, ...local } = config.lanes.local as BenchConfig['lanes'][string]
  return { ...config, lanes: { ...config.lanes, local: { ...local, required_identity } } }
}

let clock = Date.UTC(2026, 0, 1)

export interface CompletionChanges {
  readonly record?: string
  readonly lane?: string
  /** Of the prompt; the server counts 100 tokens. */
  readonly words?: number
  readonly total_ms?: number
  readonly first_content_ms?: number
  readonly state?: 'cold' | 'warm' | 'prefix-cached'
  readonly finish_reason?: 'stop' | 'length'
  readonly examination?: Partial<Examination>
  readonly identity?: Partial<Completion['identity']>
  readonly failed?: {
    code: Completion['outcome'] extends infer O ? (O extends { code: infer C } ? C : never) : never
    message?: string
  }
}

export function completion(changes: CompletionChanges = {}): Completion {
  clock += 1000
  const record = changes.record ?? 'r-1'
  const lane = changes.lane ?? 'local'
  return evidenceSchema.parse({
    kind: 'completion',
    id: `completion-${lane}-${record}-${clock}`,
    run_id: 'run',
    at: new Date(clock).toISOString(),
    lane,
    workload: 'work',
    record_id: record,
    record_sha256: sha256(record),
    prompt: {
      sha256: sha256(`prompt of ${record}`),
      characters: 6,
      ...(changes.words !== undefined && { words: changes.words }),
    },
    fingerprint: sha256('same'),
    retry: 0,
    repeat: 0,
    requested_model: lane === 'cloud' ? 'big' : 'smollm2-135m-instruct',
    observed_model: 'smollm2-135m-instruct',
    identity: {
      level: 'weights',
      required: 'weights',
      weights_sha256: weights,
      contradictions: [],
      ...changes.identity,
    },
    outcome: changes.failed
      ? { state: 'failed', message: 'it failed', total_ms: 10, ...changes.failed }
      : {
          state: 'answered',
          finish_reason: changes.finish_reason ?? 'stop',
          answer: { sha256: sha256('answer'), characters: 6 },
          thinking_characters: 0,
          usage: { prompt_tokens: 100, output_tokens: 50 },
          timing: {
            state: changes.state ?? 'warm',
            state_by: changes.state === 'cold' ? 'load' : 'server',
            total_ms: changes.total_ms ?? 2000,
            ...(changes.first_content_ms !== undefined && { first_content_ms: changes.first_content_ms }),
            chunks: 50,
            server_prompt_ms: 500,
            server_generation_ms: 1000,
          },
          examination: { ...goodExamination, ...changes.examination },
        },
  }) as Completion
}

export const goodExamination: Examination = {
  json: 'valid',
  schema_errors: [],
  missing_fields: [],
  outside_vocabulary: [],
  urls: 0,
  ungrounded_urls: 0,
  facts: [
    { field: 'a', found: true },
    { field: 'b', found: true },
  ],
}

/** n completions of distinct records, each changed as told. */
export function completions(n: number, change: (index: number) => CompletionChanges = () => ({})): Completion[] {
  return Array.from({ length: n }, (_, index) => completion({ record: `r-${index + 1}`, ...change(index) }))
}

export function memory(usedPercent: number, lane = 'local'): Evidence {
  clock += 1000
  const used = { before: 10, peak: Math.round(usedPercent * 10), after: 10 }
  return evidenceSchema.parse({
    kind: 'memory',
    id: `memory-${lane}-${clock}`,
    run_id: 'run',
    at: new Date(clock).toISOString(),
    lane,
    workload: 'work',
    samples: 3,
    interval_ms: 250,
    serving_rss: { before: 1_000_000, peak: 300_000_000, after: 250_000_000 },
    machine: { total: 1000, used, swap_used: { before: 0, peak: 0, after: 0 } },
  })
}

type ContextEvidence = Extract<Evidence, { kind: 'context' }>

/** What a probe finds of a context of 2048 tokens that takes prompts whole and refuses longer ones. */
export function contextProbe(changes: Partial<ContextEvidence> = {}): ContextEvidence {
  clock += 1000
  const trial = (expected_prompt_tokens: number) => ({
    words: Math.round(expected_prompt_tokens * 0.9),
    characters: expected_prompt_tokens * 5,
    expected_prompt_tokens,
  })
  const answered = (prompt_tokens: number) => ({
    state: 'answered',
    prompt_tokens,
    output_tokens: 40,
    codes: { head: true, middle: true, tail: true },
    total_ms: 1000,
  })
  return evidenceSchema.parse({
    kind: 'context',
    id: `context-${clock}`,
    run_id: 'run',
    at: new Date(clock).toISOString(),
    lane: 'local',
    context_trained: 8192,
    context_in_force: 2048,
    target_tokens: 2048,
    target_from: 'in-force',
    calibrations: [150, 270].map((tokens) => ({ ...trial(tokens), outcome: answered(tokens) })),
    fitting: { ...trial(1990), outcome: answered(1990) },
    over: { ...trial(2560), outcome: { state: 'failed', code: 'context-exceeded', message: 'too long', total_ms: 5 } },
    total_ms: 12_000,
    ...changes,
  }) as ContextEvidence
}

/** What a lane that passes every gate leaves behind. */
export function provenEvidence(lane = 'local'): Evidence[] {
  return [
    ...completions(25, (index) => ({ lane, state: index === 0 ? 'cold' : 'warm' })),
    memory(40, lane),
    contextProbe({ lane }),
  ]
}
