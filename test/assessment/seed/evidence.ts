import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../../src/config/load.ts'
import { locationOf } from '../../../src/config/location.ts'
import { requiredLevel } from '../../../src/config/required-level.ts'
import type { BenchConfig, LaneConfig, WorkloadConfig } from '../../../src/config/schema.ts'
import { examine } from '../../../src/datasets/examine.ts'
import { type Completion, type Evidence, evidenceSchema } from '../../../src/evidence/schema.ts'
import { sha256, storeText } from '../../../src/evidence/stored-text.ts'
import { proveIdentity } from '../../../src/identity/prove.ts'
import { timingState } from '../../../src/lanes/timing-state.ts'
import { datasets, type SeedWorkload } from './datasets.ts'
import { filledIn } from './filled-in.ts'
import { type ObservedModel, phi, qwen } from './observed-lanes.ts'

export type SeedLane = 'local-quality' | 'local-fast' | 'cloud'

/** The sample buyer's config, read by the parser that reads every other. */
export const { config: seedConfig } = await loadConfig(fileURLToPath(new URL('seed.config.yaml', import.meta.url)))

const models: Readonly<Record<SeedLane, ObservedModel | undefined>> = {
  'local-quality': qwen,
  'local-fast': phi,
  cloud: undefined,
}
const machineBytes = filledIn(48_000_000_000, 'the seed gives no memory size; percentages decide')
const start = filledIn(Date.UTC(2026, 4, 5, 20), 'an hour of the evening on which the seed was written')
const run_id = 'seed'

/** One record's answer on a lane, as it came over the wire. */
export interface Answer {
  readonly index: number
  /** The raw text: JSON or not. */
  readonly raw: string
  readonly total_ms: number
  readonly prompt_tokens?: number
  /** Whose weights answered; the lane's own where absent. */
  readonly served_by?: ObservedModel
}

/** Answers turned into facts by the real `examine()` and `proveIdentity()`; nothing of the outcome is typed in. */
export function completions(workload: SeedWorkload, lane: SeedLane, answers: readonly Answer[]): Completion[] {
  const { privacy } = seedConfig.workloads[workload] as WorkloadConfig
  const { model } = seedConfig.lanes[lane] as LaneConfig
  const { schema, record } = datasets[workload]
  return answers.map(({ index, raw, total_ms, prompt_tokens, served_by = models[lane] }) => {
    const asked = record(index)
    return evidenceSchema.parse({
      kind: 'completion',
      id: `${workload}-${lane}-${asked.id}`,
      run_id,
      at: new Date(start + index * 60_000).toISOString(),
      lane,
      workload,
      record_id: asked.id,
      record_sha256: sha256(asked.input),
      prompt: storeText(asked.input, privacy),
      fingerprint: filledIn(sha256(`${workload} on ${lane}`), 'the seed gives no hashes'),
      retry: 0,
      repeat: 0,
      requested_model: model,
      ...(served_by && { observed_model: served_by.description.tag }),
      response_model: model,
      identity: proveIdentity({
        requested_model: model,
        response_model: model,
        required: requiredLevel(seedConfig, lane),
        expected_weights: undefined,
        before: served_by?.description,
        after: served_by?.description,
        weights: served_by && { sha256: served_by.weights_sha256, files: [], holding: 'unknown' },
        location: locationOf(seedConfig, lane),
      }),
      outcome: {
        state: 'answered',
        finish_reason: filledIn('stop', 'the seed tells of no answer that was cut'),
        answer: storeText(raw, privacy),
        thinking_characters: 0,
        usage: { ...(prompt_tokens !== undefined && { prompt_tokens }) },
        timing: {
          // As the real lane says it: neither Ollama nor the provider can be told to use no cached prefix.
          ...timingState({
            cold: filledIn(false, 'loaded before the first record'),
            usage: {},
            cache_forbidden: false,
          }),
          total_ms,
          chunks: filledIn(1, 'the seed tells nothing of streaming'),
        },
        examination: examine(raw, asked, { schema }),
      },
    }) as Completion
  })
}

/** Memory in use on the machine while a lane served a workload: percent of all, at the peak. */
export function memory(workload: SeedWorkload, lane: SeedLane, peakPercent: number): Evidence {
  const before = filledIn(0.4 * machineBytes, 'below caution before the run')
  const peak = Math.round((peakPercent / 100) * machineBytes)
  return evidenceSchema.parse({
    kind: 'memory',
    id: `memory-${workload}-${lane}`,
    run_id,
    at: new Date(start + 3_600_000).toISOString(),
    lane,
    workload,
    samples: filledIn(100, 'the seed samples before and after, and movement between'),
    interval_ms: filledIn(250, 'not given'),
    machine: {
      total: machineBytes,
      used: { before, peak, after: before },
      swap_used: filledIn({ before: 0, peak: 0, after: 0 }, 'not given'),
    },
  })
}

/** What the inventory saw of a lane: present, and in which runtime. */
export function look(lane: SeedLane): Evidence {
  const model = models[lane]
  return evidenceSchema.parse({
    kind: 'lane',
    id: `look-${lane}`,
    run_id,
    at: new Date(start - 60_000).toISOString(),
    lane,
    runtime: (seedConfig.lanes[lane] as LaneConfig).runtime,
    location: locationOf(seedConfig, lane),
    rung: model ? 'loaded' : 'present',
    requested_model: (seedConfig.lanes[lane] as LaneConfig).model,
    // "two model tags present"
    ...(model && { listed_tags: [qwen.description.tag, phi.description.tag] }),
    ...(model && {
      description: {
        digest: model.description.digest,
        weights_files: model.description.weights_files,
        ...(model.description.parameters !== undefined && { parameters: model.description.parameters }),
        server_build: model.description.server_build,
      },
    }),
  })
}

/** What the same constant answer, without any model, scores on n records. */
export function baselines(workload: SeedWorkload, n: number): Evidence[] {
  const { schema, record, answer } = datasets[workload]
  const raw = filledIn(JSON.stringify(answer(1000)), 'the answer to a record that is not among those asked')
  return Array.from({ length: n }, (_, index) => {
    const asked = record(index)
    return evidenceSchema.parse({
      kind: 'baseline',
      id: `baseline-${workload}-${asked.id}`,
      run_id,
      at: new Date(start - 120_000).toISOString(),
      workload,
      record_id: asked.id,
      record_sha256: sha256(asked.input),
      examination: examine(raw, asked, { schema }),
    })
  })
}

/** The config with one workload changed, for what the parser itself would refuse or for another buyer. */
export function withWorkload(workload: SeedWorkload, changes: Partial<WorkloadConfig>): BenchConfig {
  const known = seedConfig.workloads[workload] as WorkloadConfig
  return { ...seedConfig, workloads: { ...seedConfig.workloads, [workload]: { ...known, ...changes } } }
}
