import { resolve } from 'node:path'
import { locationOf } from '../config/location.ts'
import { isSameTag } from '../config/tag.ts'
import type { WorkerConfig } from '../config/worker-schema.ts'
import { type FaultName, type FaultRequest, faultNames } from '../evidence/fault-schema.ts'
import type { EvidenceFacts } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import { workerSettingsSha256 } from '../evidence/worker-settings.ts'
import type { Fault, TappedExchange, TappedRequest } from '../identity/wire-tap.ts'
import type { ProbedLane } from '../lanes/lane.ts'
import { cannedAnswer } from './canned-answer.ts'
import { openWorker, runThroughTap, type WorkerProbe } from './through-tap.ts'
import { storedExit, storedOutput } from './worker-output.ts'
import { reportedModel } from './worker-report.ts'

/** Bytes of an answer before it is cut: some of its first document, not all. */
const cutAfter_bytes = 60
/** Seconds that a server which is asked too much asks to wait. */
const retryAfter_seconds = 1
/** The name that a server gives which answers with another model. */
export const wrongModel = 'bench-memo-fault:another-model'

export interface FaultProbe extends WorkerProbe {
  readonly fault: FaultName
  /** What the fallback lane's server would say: its place is taken, so that nothing is spent and no other model loaded. */
  readonly fallbackAnswer: string
}

/** Every way of failing for a worker whose config asks for that; none for others. */
export function faultsFor(worker: WorkerConfig): readonly FaultName[] {
  return worker.faults ? faultNames : []
}

/**
 * Submits a record to a worker while its lane's server fails in one way at every request for the selected model, and
 * writes down what the worker did about it. Other requests are passed on; of a private workload, none for another model is.
 */
export async function probeFault(probe: FaultProbe, { lane, signal }: ProbedLane): Promise<EvidenceFacts> {
  const { config, name, root, record, fault, fallbackAnswer } = probe
  const { worker, rules } = await openWorker(probe)
  const { fallback, faults } = worker
  const limited: WorkerConfig = { ...worker, seconds: Math.min(worker.seconds, faults?.seconds ?? worker.seconds) }
  const fallbackModel = fallback && config.lanes[fallback.lane]?.model
  const isSelected = ({ asks_model, requested_model }: TappedRequest): boolean =>
    asks_model && (requested_model === undefined || isSameTag(requested_model, lane.model))
  const injected = injectedFault(fault, (faults?.delay_seconds ?? 0) * 1000)
  const keepsPrivate = rules.privacy === 'private' && locationOf(config, worker.lane) === 'local'
  const began = Date.now()
  const run = await runThroughTap(
    { ...probe, config: { ...config, workers: { ...config.workers, [name]: limited } } },
    {
      model: lane.model,
      signal,
      isClosed: fault === 'connection-refused',
      fault: (request) => {
        if (isSelected(request)) return injected
        return keepsPrivate && request.asks_model ? { name: 'status', status: 404 } : undefined
      },
      ...(fallback && {
        fallback: {
          endpoint_env: fallback.endpoint_env,
          answer: (request) => cannedAnswer(request, fallbackModel ?? '', fallbackAnswer),
        },
      }),
    },
  )
  const stored = (exchange: TappedExchange, through: FaultRequest['through']): FaultRequest[] => {
    if (!exchange.asks_model) return []
    const { requested_model, response_model, status, outcome, at_ms } = exchange
    return [
      {
        at_ms: Math.max(0, at_ms - run.started_ms),
        through,
        ...(requested_model !== undefined && { requested_model }),
        ...(response_model !== undefined && { response_model }),
        ...(status !== undefined && { status }),
        outcome,
        faulty: through === 'lane' && isSelected(exchange),
      },
    ]
  }
  const reported_model =
    worker.reports_model &&
    (await reportedModel(worker.reports_model, {
      stdout: run.result.stdout,
      folder: resolve(root, worker.folder),
      since_ms: began,
    }))
  return {
    kind: 'fault',
    lane: worker.lane,
    workload: worker.workload,
    worker: name,
    settings_sha256: workerSettingsSha256(worker),
    record_sha256: sha256(record.input),
    fault,
    selected_model: lane.model,
    ...(fallback && { fallback_lane: fallback.lane }),
    ...(fallbackModel !== undefined && { fallback_model: fallbackModel }),
    exit: storedExit(run.result.exit, rules),
    total_ms: run.result.total_ms,
    requests: [
      ...run.exchanges.flatMap((each) => stored(each, 'lane')),
      ...run.fallback.flatMap((each) => stored(each, 'fallback')),
    ].sort((one, other) => one.at_ms - other.at_ms),
    ...(reported_model !== undefined && { reported_model }),
    stdout: storedOutput(run.result.stdout, rules),
    stderr: storedOutput(run.result.stderr, rules),
  }
}

/** Undefined for the one fault that needs no tap: nobody listens. */
function injectedFault(name: FaultName, delay_ms: number): Fault | undefined {
  const faults: Readonly<Record<FaultName, Fault | undefined>> = {
    'connection-refused': undefined,
    'connection-reset': { name: 'refuse' },
    'http-503': { name: 'status', status: 503 },
    'http-429': { name: 'status', status: 429, headers: { 'Retry-After': String(retryAfter_seconds) } },
    'time-out': { name: 'hang' },
    'cut-stream': { name: 'cut', after_bytes: cutAfter_bytes },
    'malformed-json': { name: 'malformed-json' },
    'wrong-model': { name: 'wrong-model', model: wrongModel },
    'empty-answer': { name: 'empty-answer' },
    'slow-first-token': { name: 'slow-first-token', delay_ms },
  }
  return faults[name]
}
