import type { BenchConfig } from '../../src/config/schema.ts'
import { workerSchema } from '../../src/config/worker-schema.ts'
import { type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import type { SeenWorkerProcess, WorkerRequest } from '../../src/evidence/worker-request.ts'
import { workerSettingsSha256 } from '../../src/evidence/worker-settings.ts'
import { weights } from './evidence.ts'

type WorkerRun = EvidenceOf<'worker'>

/** What the lanes of `benchConfig` ask for. */
export const laneModel = 'smollm2-135m-instruct'
const controlModel = 'no-such:model'

/** The config with a worker for `work` on a lane. */
export function withWorker(config: BenchConfig, lane = 'local', name = 'delegate'): BenchConfig {
  const worker = workerSchema.parse({
    workload: 'work',
    lane,
    command: ['scheduler'],
    payload: 'stdin',
    endpoint_env: ['OLLAMA_HOST'],
    reports_model: { pointer: '/observed_model' },
  })
  return { ...config, workers: { ...config.workers, [name]: worker } }
}

/** Outer command first; the last one asks. */
export function processes(...tags: readonly (string | undefined)[]): SeenWorkerProcess[] {
  return tags.map((tag, index) => ({
    command: [`step-${index + 1}`],
    ...(tag === undefined
      ? { local_model_tag_state: 'not-set' as const }
      : { local_model_tag_state: 'set' as const, local_model_tag: tag }),
  }))
}

export function request(requested_model: string | undefined, changes: Partial<WorkerRequest> = {}): WorkerRequest {
  return {
    number: 1,
    path: '/api/chat',
    ...(requested_model !== undefined && { requested_model }),
    options: {},
    status: 200,
    outcome: 'answered',
    processes: processes(undefined, requested_model),
    ...changes,
  }
}

let runs = 0

/** A run of a worker that did everything right, changed as told. */
export function workerRun(config: BenchConfig, changes: Partial<WorkerRun> = {}): WorkerRun {
  runs += 1
  const worker = changes.worker ?? 'delegate'
  const settings = config.workers[worker]
  if (!settings) throw new Error(`the config has no worker ${worker}`)
  return evidenceSchema.parse({
    kind: 'worker',
    id: `worker-${runs}`,
    run_id: 'run',
    at: new Date(Date.UTC(2026, 0, 2) + runs).toISOString(),
    lane: settings.lane,
    workload: settings.workload,
    worker,
    settings_sha256: workerSettingsSha256(settings),
    record_id: 'r-1',
    record_sha256: sha256('r-1'),
    selected_model: laneModel,
    exit: { state: 'exited', code: 0 },
    total_ms: 1000,
    requests: [request(laneModel)],
    identity: { level: 'weights', required: 'weights', weights_sha256: weights, contradictions: [] },
    reported_model: laneModel,
    stdout: { sha256: sha256('{}'), characters: 2 },
    stderr: { sha256: sha256(''), characters: 0 },
    control: {
      selected_model: controlModel,
      exit: { state: 'exited', code: 1 },
      requests: [request(controlModel, { status: 404, outcome: 'failed' })],
    },
    ...changes,
  }) as WorkerRun
}
