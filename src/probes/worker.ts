import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { endpointOf, isOnThisMachine } from '../config/endpoint.ts'
import { locationOf, runtimeOf } from '../config/location.ts'
import { requiredLevel } from '../config/required-level.ts'
import type { BenchConfig, WorkloadConfig } from '../config/schema.ts'
import type { WorkerConfig } from '../config/worker-schema.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import type { EvidenceFacts, StoredText } from '../evidence/schema.ts'
import { sha256, storeMessage, storeText } from '../evidence/stored-text.ts'
import type { WorkerExit, WorkerRequest } from '../evidence/worker-request.ts'
import { workerSettingsSha256 } from '../evidence/worker-settings.ts'
import { hashWeights } from '../identity/hash-weights.ts'
import { proveIdentity } from '../identity/prove.ts'
import { isExpectedName } from '../identity/response-name.ts'
import { asksForVectors } from '../identity/tapped-body.ts'
import { type Fault, startWireTap, type TappedRequest, type WireTap } from '../identity/wire-tap.ts'
import { createAttester } from '../lanes/attest-weights.ts'
import type { ProbedLane } from '../lanes/lane.ts'
import { loadRequest } from '../lanes/load-request.ts'
import { requireOnPremises } from '../lanes/premises.ts'
import { OffPremises, RuntimeFailure } from '../runtimes/failures.ts'
import { shortTag } from '../runtimes/ollama-mapping.ts'
import type { ModelDescription } from '../runtimes/runtime.ts'
import { type CommandResult, runCommand } from './worker-command.ts'
import { tapTarget, workerEnvironment } from './worker-environment.ts'
import { reportedModel } from './worker-report.ts'
import { type RequestPrivacy, workerRequest } from './worker-request.ts'
import { processesBehind, type WatchedProcess, whileAnswering } from './worker-watch.ts'

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

const question_ms = 10_000
const load_ms = 5 * 60_000
const noting_ms = 500
/** Characters of a worker's output that are written down. */
const keptOutput = 20_000
/** A tag that no runtime has: a worker that asks for it took it from its payload. */
const controlModel = 'bench-memo-control:absent'

/**
 * Submits one record to a worker's outer command, with the lane's model selected and a wire tap in front of the lane's
 * runtime, and writes down what it really asked. Then once more with a model that cannot exist: the tap refuses all of
 * that, so nothing of it reaches a runtime. Rejects where the lane's runtime fails before the worker has begun.
 */
export async function probeWorker(probe: WorkerProbe, probed: ProbedLane): Promise<EvidenceFacts> {
  const { config, name, record } = probe
  const worker = config.workers[name] as WorkerConfig
  const workload = config.workloads[worker.workload] as WorkloadConfig
  if (workload.privacy === 'private' && locationOf(config, worker.lane) === 'cloud') {
    throw new OffPremises(`${workload.title} is private and ${worker.lane} is a cloud lane: no worker was started`, {
      lane: worker.lane,
    })
  }
  const { model, response_model, weights, digest } = probed.lane
  // The tap connects by itself: a name may have moved since the lane was connected.
  if (locationOf(config, worker.lane) === 'local')
    await requireOnPremises(endpointOf(runtimeOf(config, worker.lane)) as string)
  const required = requiredLevel(config, worker.lane)
  const proving = required !== 'none' && required !== 'echo'
  const before = proving ? await loadAndDescribe(probed) : undefined
  let during: ModelDescription | undefined
  const rules: RequestPrivacy = { privacy: workload.privacy, input: record.input }
  const began = Date.now()
  const run = await throughTap(probe, probed, worker, model, rules, {
    ...(workload.privacy === 'private' && { fault: (request) => keepPrivate(request, model) }),
    onAnswering: async () => {
      during = (proving ? await describe(probed) : undefined) ?? during
    },
  })
  const after = proving ? await describe(probed) : undefined
  // A worker may unload the model when it is done: then what was declared while it asked counts.
  const seen = after?.weights_files?.length ? after : (during ?? after)
  const declared = seen ?? before
  // An answer may name several.
  const names = run.requests.flatMap(({ response_model }) => response_model?.split(', ') ?? [])
  const reported_model =
    worker.reports_model &&
    (await reportedModel(worker.reports_model, {
      stdout: run.result.stdout,
      folder: resolve(probe.root, worker.folder),
      since_ms: began,
    }))
  const control = probed.signal?.aborted
    ? undefined
    : await throughTap(probe, probed, worker, controlModel, rules, { fault: refuse })
  return {
    kind: 'worker',
    lane: worker.lane,
    workload: worker.workload,
    worker: name,
    settings_sha256: workerSettingsSha256(worker),
    record_id: record.id,
    record_sha256: sha256(record.input),
    selected_model: model,
    exit: storedExit(run.result.exit, rules),
    total_ms: run.result.total_ms,
    requests: run.requests,
    identity: proveIdentity({
      requested_model: model,
      response_model: names.find((each) => !isExpectedName(each, model, response_model)) ?? names.at(-1),
      expected_response: response_model,
      required,
      expected_weights: weights,
      expected_digest: digest,
      // The worker's own options may load the same weights anew: files and hashes tell, not the load.
      before: withoutLoad(before),
      after: withoutLoad(seen),
      weights: declared && isHere(config, worker.lane) ? await createAttester(hashWeights)(declared) : undefined,
      location: locationOf(config, worker.lane),
      gateway: run.requests.find(({ gateway }) => gateway !== undefined)?.gateway,
    }),
    ...(reported_model !== undefined && { reported_model }),
    stdout: storedOutput(run.result.stdout, rules),
    stderr: storedOutput(run.result.stderr, rules),
    ...(control && {
      control: {
        selected_model: controlModel,
        exit: storedExit(control.result.exit, rules),
        requests: control.requests,
      },
    }),
  }
}

/** Paths that another host declares mean nothing here. */
function isHere(config: BenchConfig, lane: string): boolean {
  return locationOf(config, lane) === 'local' && isOnThisMachine(runtimeOf(config, lane))
}

interface TapOptions {
  readonly onAnswering?: () => Promise<void>
  readonly fault?: (request: TappedRequest) => Fault | undefined
}

async function throughTap(
  { config, root, record, environment = process.env }: WorkerProbe,
  { signal }: ProbedLane,
  worker: WorkerConfig,
  model: string,
  rules: RequestPrivacy,
  { onAnswering, fault }: TapOptions,
): Promise<{ readonly result: CommandResult; readonly requests: WorkerRequest[] }> {
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
  const stopTelling = onAnswering ? whileAnswering(tap, onAnswering) : undefined
  try {
    const result = await runCommand({
      worker,
      folder: resolve(root, worker.folder),
      payload: { model, input: record.input },
      environment: workerEnvironment(worker, tap.endpoint, prefix, environment),
      ...(signal && { signal }),
      onStart: (pid) => {
        outer = pid
      },
    })
    await answersNoted(tap)
    return {
      result,
      requests: tap.exchanges().map((exchange) => workerRequest(exchange, behind.get(exchange.number), rules)),
    }
  } finally {
    await stopTelling?.()
    await tap.close()
  }
}

/** A client may have its last byte, and have ended, before the tap has noted the end of the answer. */
async function answersNoted(tap: WireTap): Promise<void> {
  await tap.settled()
  const end = performance.now() + noting_ms
  while (performance.now() < end && tap.exchanges().some(({ outcome }) => outcome === 'pending')) await setTimeout(5)
}

/** Of a private workload, a request for another model is not passed on: where that is served nobody has said. */
function keepPrivate({ asks_model, requested_model, path }: TappedRequest, selected: string): Fault | undefined {
  if (!asks_model || (requested_model !== undefined && shortTag(requested_model) === shortTag(selected)))
    return undefined
  return noSuchModel(requested_model ?? 'of an unread name', path)
}

/**
 * Questions are passed on, and so are texts to be made vectors of, which come before a question to a model; whatever
 * might make a model work is answered as by a server that has none of that name.
 */
function refuse({ method, path, requested_model }: TappedRequest): Fault | undefined {
  if (method === 'GET' || method === 'HEAD' || asksForVectors(path)) return undefined
  return noSuchModel(requested_model ?? controlModel, path)
}

function noSuchModel(model: string, path: string): Fault {
  const message = `model '${model}' not found`
  const error = path.startsWith('/api/') ? message : { message, type: 'invalid_request_error', code: 'model_not_found' }
  return {
    name: 'status',
    status: 404,
    body: JSON.stringify({ error }),
    headers: { 'content-type': 'application/json' },
  }
}

async function loadAndDescribe({ lane, runtime, signal }: ProbedLane): Promise<ModelDescription> {
  const within = (deadline_ms: number) => ({ deadline_ms, ...(signal && { signal }) })
  await runtime.load(loadRequest(lane), within(load_ms))
  return await runtime.describe(lane.model, within(question_ms))
}

async function describe({ lane, runtime, signal }: ProbedLane): Promise<ModelDescription | undefined> {
  try {
    return await runtime.describe(lane.model, { deadline_ms: question_ms, ...(signal && { signal }) })
  } catch (error) {
    if (error instanceof RuntimeFailure) return undefined
    throw error
  }
}

function withoutLoad(description: ModelDescription | undefined): ModelDescription | undefined {
  if (!description) return undefined
  const { load_id: _load, ...rest } = description
  return rest
}

/** Its end, where the reason of a failure stands; hash and length are of the whole. */
function storedOutput(output: string, { privacy }: RequestPrivacy): StoredText {
  const { text, ...stored } = storeText(output, privacy)
  if (text === undefined) return stored
  return { ...stored, text: text.length > keptOutput ? `…${text.slice(-keptOutput)}` : text }
}

function storedExit(exit: WorkerExit, { privacy, input }: RequestPrivacy): WorkerExit {
  return exit.state === 'not-started' ? { ...exit, message: storeMessage(exit.message, input, privacy) } : exit
}
