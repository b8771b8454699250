import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { endpointOf } from '../config/endpoint.ts'
import { locationOf, runtimeOf } from '../config/location.ts'
import type { BenchConfig, WorkloadConfig } from '../config/schema.ts'
import type { WorkerConfig } from '../config/worker-schema.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import {
  type Fault,
  startWireTap,
  type TappedExchange,
  type TappedRequest,
  type WireTap,
} from '../identity/wire-tap.ts'
import { requireOnPremises } from '../lanes/premises.ts'
import { OffPremises } from '../runtimes/failures.ts'
import { type CommandResult, runCommand } from './worker-command.ts'
import { tapTarget, workerEnvironment } from './worker-environment.ts'
import type { RequestPrivacy } from './worker-request.ts'
import { processesBehind, type WatchedProcess, whileAnswering } from './worker-watch.ts'

/** A record to submit to a worker of the config. */
export interface WorkerProbe {
  readonly config: BenchConfig
  /** Name of the worker in the config. */
  readonly name: string
  /** Folder of the config: the worker's folder starts here. */
  readonly root: string
  readonly record: DatasetRecord
  /** The bench's own; little of it is passed on. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/**
 * A worker of the config, and what may be written down of it. @throws OffPremises where its lane would take private text
 * to the cloud, or is called local and is not on the premises: the tap connects by itself, and a name may have moved
 */
export async function openWorker({
  config,
  name,
  record,
}: WorkerProbe): Promise<{ readonly worker: WorkerConfig; readonly rules: RequestPrivacy }> {
  const worker = config.workers[name] as WorkerConfig
  const { privacy, title } = config.workloads[worker.workload] as WorkloadConfig
  const location = locationOf(config, worker.lane)
  if (privacy === 'private' && location === 'cloud') {
    throw new OffPremises(`${title} is private and ${worker.lane} is a cloud lane: no worker was started`, {
      lane: worker.lane,
    })
  }
  if (location === 'local') await requireOnPremises(endpointOf(runtimeOf(config, worker.lane)) as string)
  return { worker, rules: { privacy, input: record.input } }
}

export interface TapOptions {
  /** Goes into the payload as the selected model. */
  readonly model: string
  readonly signal?: AbortSignal | undefined
  /** Told once of every request that names a model, while it is being answered. */
  readonly onAnswering?: () => Promise<void>
  readonly fault?: (request: TappedRequest) => Fault | undefined
  /** The tap is closed before the command starts: connections to it are refused. */
  readonly isClosed?: boolean
  /** A second tap, for the endpoint of another lane; `answer` stands for what its server would say. */
  readonly fallback?: {
    readonly endpoint_env: readonly string[]
    readonly answer: (request: TappedRequest) => Fault | undefined
  }
}

export interface TappedRun {
  readonly result: CommandResult
  /** performance.now() when the command was started. */
  readonly started_ms: number
  readonly exchanges: readonly TappedExchange[]
  readonly fallback: readonly TappedExchange[]
  /** The processes behind a request, outer command first, by its number. */
  readonly behind: ReadonlyMap<number, readonly WatchedProcess[]>
}

const noting_ms = 500

/** Runs a worker's outer command on a record, with a wire tap in the place of its lane's endpoint. */
export async function runThroughTap(
  { config, name, root, record, environment = process.env }: WorkerProbe,
  { model, signal, onAnswering, fault, isClosed = false, fallback }: TapOptions,
): Promise<TappedRun> {
  const worker = config.workers[name] as WorkerConfig
  const { target, prefix } = tapTarget(endpointOf(runtimeOf(config, worker.lane)) as string)
  let outer: number | undefined
  const behind = new Map<number, readonly WatchedProcess[]>()
  const tap = await startWireTap({
    target,
    // The client waits while it is looked at: afterwards nobody can say who started whom with which environment.
    fault: (request) => {
      behind.set(request.number, processesBehind(request, outer))
      return fault?.(request)
    },
  })
  const other = fallback && (await startWireTap({ target, fault: fallback.answer }))
  const stopTelling = onAnswering ? whileAnswering(tap, onAnswering) : undefined
  try {
    if (isClosed) await tap.close()
    const started_ms = performance.now()
    const result = await runCommand({
      worker,
      folder: resolve(root, worker.folder),
      payload: { model, input: record.input },
      environment: {
        ...workerEnvironment(worker, tap.endpoint, prefix, environment),
        ...(other &&
          fallback &&
          workerEnvironment({ ...worker, endpoint_env: [...fallback.endpoint_env] }, other.endpoint, '', {})),
      },
      ...(signal && { signal }),
      onStart: (pid) => {
        outer = pid
      },
    })
    if (!isClosed) await answersNoted(tap)
    return { result, started_ms, exchanges: tap.exchanges(), fallback: other?.exchanges() ?? [], behind }
  } finally {
    await stopTelling?.()
    await Promise.all([...(isClosed ? [] : [tap.close()]), other?.close()])
  }
}

/** A client may have its last byte, and have ended, before the tap has noted the end of the answer. */
async function answersNoted(tap: WireTap): Promise<void> {
  await tap.settled()
  const end = performance.now() + noting_ms
  while (performance.now() < end && tap.exchanges().some(({ outcome }) => outcome === 'pending')) await setTimeout(5)
}
