import { locationOf } from '../config/location.ts'
import { type BenchConfig, type LaneConfig, workloadSchema } from '../config/schema.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import { judge } from '../gates/judge.ts'
import { type LatencyPopulation, latencyPopulations } from '../gates/latency-populations.ts'
import { isAnswered } from '../gates/verdict.ts'
import { measure } from '../probes/measure.ts'
import { probeNegativeControl } from '../probes/negative-control.ts'
import { openSoloLane } from './solo-lane.ts'

export interface TimedRunsOptions {
  readonly config: BenchConfig
  /** Folder of the config, where evidence is written below `.bench`. */
  readonly root: string
  readonly lane: string
  /** Asked as it is, each time the same. */
  readonly prompt: string
  readonly runs: number
  readonly output_tokens: number
  readonly seconds_per_run: number
  readonly signal: AbortSignal
}

/** What a few runs of one prompt showed. Plain JSON; holds neither prompt nor answers. */
export interface TimedRuns {
  readonly lane: string
  readonly requested_model: string
  readonly observed_model?: string
  readonly identity: { readonly status: string; readonly detail: string; readonly weights_sha256?: string }
  readonly prompt_sha256: string
  readonly runs: number
  readonly answered: number
  readonly failures: readonly string[]
  /** Milliseconds. Cold, warm and prefix-cached runs apart. */
  readonly populations: readonly LatencyPopulation[]
  /** Bytes; absent where it could not be read. */
  readonly memory?: Pick<EvidenceOf<'memory'>, 'serving_rss' | 'machine'>
  /** 0 where every run was answered by the proven model. */
  readonly exit_status: 0 | 1
  readonly evidence_ids: readonly string[]
  /** Folder of the evidence, from the config's. */
  readonly evidence: string
}

const workload = 'probe'

/** Asks a lane the same prompt a few times, one after another, and says how long that took and who answered. */
export async function timedRuns(options: TimedRunsOptions): Promise<TimedRuns> {
  const { root, lane, prompt, runs, signal } = options
  const config = withProbe(options)
  const solo = await openSoloLane({ config, root, lane, workload, dataset: asDataset(prompt, runs), signal })
  try {
    const completions = await measure(solo.lane, asDataset(prompt, runs).records, { signal })
    await probeNegativeControl(solo.lane, solo.controls, { signal })
    const evidence = solo.lane.evidence()
    const answered = completions.filter(isAnswered)
    const { status, observed, reason } = judge('identity', { config, lane, workload, evidence })
    const memory = evidence.findLast((each): each is EvidenceOf<'memory'> => each.kind === 'memory')
    const observed_model = answered.at(-1)?.observed_model
    const weights_sha256 = answered.at(-1)?.identity.weights_sha256
    return {
      lane,
      requested_model: (config.lanes[lane] as LaneConfig).model,
      ...(observed_model !== undefined && { observed_model }),
      identity: {
        status,
        detail: status === 'pass' ? observed : reason,
        ...(weights_sha256 !== undefined && { weights_sha256 }),
      },
      prompt_sha256: sha256(prompt),
      runs,
      answered: answered.length,
      failures: completions.flatMap(({ outcome }) =>
        outcome.state === 'failed' ? [`${outcome.code}: ${outcome.message}`] : [],
      ),
      populations: latencyPopulations(answered),
      ...(memory && { memory: { serving_rss: memory.serving_rss, machine: memory.machine } }),
      exit_status: answered.length === runs && status === 'pass' ? 0 : 1,
      evidence_ids: completions.map(({ id }) => id),
      evidence: solo.folder,
    }
  } finally {
    await solo.close()
  }
}

/** The config with a workload of these runs. Of a prompt only hash and length are kept where it stays on the premises. */
function withProbe({ config, lane, output_tokens, seconds_per_run }: TimedRunsOptions): BenchConfig {
  const probe = workloadSchema.parse({
    title: 'Timed runs of one prompt',
    dataset: workload,
    lanes: [lane],
    privacy: locationOf(config, lane) === 'local' ? 'private' : 'internal',
    limits: { output_tokens, seconds_per_record: seconds_per_run },
  })
  const settings: LaneConfig = { ...(config.lanes[lane] as LaneConfig), structured_output: 'none' }
  return {
    ...config,
    lanes: { ...config.lanes, [lane]: settings },
    workloads: { ...config.workloads, [workload]: probe },
  }
}

function asDataset(prompt: string, runs: number): Dataset {
  return {
    folder: workload,
    prompt: [{ role: 'user', content: prompt }],
    records: Array.from({ length: runs }, (_, index) => ({ id: `run-${index + 1}`, input: '', expected: {} })),
    schema: {},
    baseline: {},
    sha256: sha256(prompt),
  }
}
