import { type Completion, type Evidence, type EvidenceFacts, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import type { TrialParts } from '../../src/evidence/trial-schema.ts'
import { type CompletionChanges, completion, goodExamination, weights } from '../support/evidence.ts'

export const parts: TrialParts = {
  requested_model: 'smollm2-135m-instruct',
  weights_sha256: weights,
  template_sha256: sha256('template'),
  runtime: 'embedded',
  location: 'local',
  server_build: 'node-llama-cpp 3',
  options: { temperature: 0, seed: 1, output_tokens: 256 },
  prompt_sha256: sha256('prompt'),
  schema_sha256: sha256('schema'),
  records_sha256: sha256('records'),
  checker_version: 1,
  seconds_per_record: 90,
}

export interface RunChanges {
  readonly lane?: string
  readonly records?: number
  /** What became of a record, by its place from 0. */
  readonly change?: (index: number) => CompletionChanges
  readonly parts?: Partial<TrialParts>
  /** False: evidence that does not say what its fingerprints were made of. */
  readonly explained?: boolean
  readonly fingerprint?: string
  readonly machine?: string
}

let runs = 0

/** The evidence of one run of the lane `local` at the workload `work`, warm answers all of them. */
export function runOf({
  lane = 'local',
  records = 30,
  change = () => ({}),
  parts: changed = {},
  explained = true,
  fingerprint = JSON.stringify(changed),
  machine = 'one',
}: RunChanges = {}): Evidence[] {
  runs += 1
  const run_id = `run-${runs}`
  const at = '2026-01-01T00:00:00.000Z'
  const recorded = (facts: EvidenceFacts): Evidence =>
    evidenceSchema.parse({ id: `${facts.kind}-${run_id}-${lane}`, run_id, at, ...facts })
  const completions = Array.from(
    { length: records },
    (_, index): Completion => ({
      ...completion({ record: `r-${index + 1}`, lane, ...change(index) }),
      prompt: { sha256: sha256(`prompt of ${index}`), characters: 6 },
      run_id,
      fingerprint: sha256(fingerprint),
    }),
  )
  return [
    recorded({
      kind: 'run',
      versions: { 'bench-memo': '1' },
      config_file: 'bench.config.yaml',
      config_sha256: sha256('config'),
      filters: [],
      environment_names: [],
    } as EvidenceFacts),
    recorded({
      kind: 'machine',
      fingerprint: sha256(machine),
      operating_system: 'linux',
      cpu: machine,
      cores: 2,
      memory_bytes: 1000,
      gpus: [],
    }),
    recorded({
      kind: 'dataset',
      workload: 'work',
      sha256: sha256('dataset'),
      record_sha256s: Array.from({ length: 100 }, (_, index) => sha256(`r-${index + 1}`)),
    }),
    ...(explained
      ? [
          recorded({
            kind: 'trial',
            lane,
            workload: 'work',
            fingerprint: sha256(fingerprint),
            parts: { ...parts, ...changed },
          }),
        ]
      : []),
    ...completions,
  ]
}

/** An answer that keeps no contract and holds no fact. */
export const broken: CompletionChanges = {
  examination: {
    ...goodExamination,
    json: 'not-json',
    facts: goodExamination.facts.map((fact) => ({ ...fact, found: false })),
  },
}
/** A valid answer without the expected facts. */
export const wrong: CompletionChanges = {
  examination: { ...goodExamination, facts: goodExamination.facts.map((fact) => ({ ...fact, found: false })) },
}
