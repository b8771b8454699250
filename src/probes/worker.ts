import { resolve } from 'node:path'
import { locationOf } from '../config/location.ts'
import { requiredLevel } from '../config/required-level.ts'
import { runsHere } from '../config/runs-here.ts'
import { isSameTag } from '../config/tag.ts'
import type { EvidenceFacts } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { WorkerRequest } from '../evidence/worker-request.ts'
import { workerSettingsSha256 } from '../evidence/worker-settings.ts'
import { hashWeights } from '../identity/hash-weights.ts'
import { proveIdentity } from '../identity/prove.ts'
import { isExpectedName } from '../identity/response-name.ts'
import { asksForVectors } from '../identity/tapped-body.ts'
import type { Fault, TappedRequest } from '../identity/wire-tap.ts'
import { createAttester } from '../lanes/attest-weights.ts'
import type { ProbedLane } from '../lanes/lane.ts'
import { loadRequest } from '../lanes/load-request.ts'
import { RuntimeFailure } from '../runtimes/failures.ts'
import type { ModelDescription } from '../runtimes/runtime.ts'
import { openWorker, runThroughTap, type TappedRun, type WorkerProbe } from './through-tap.ts'
import { storedExit, storedOutput } from './worker-output.ts'
import { reportedModel } from './worker-report.ts'
import { type RequestPrivacy, workerRequest } from './worker-request.ts'

const question_ms = 10_000
const load_ms = 5 * 60_000
/** A tag that no runtime has: a worker that asks for it took it from its payload. */
const controlModel = 'bench-memo-control:absent'

/**
 * Submits one record to a worker's outer command, with the lane's model selected and a wire tap in front of the lane's
 * runtime, and writes down what it really asked. Then once more with a model that cannot exist: the tap refuses all of
 * that, so nothing of it reaches a runtime. Rejects where the lane's runtime fails before the worker has begun.
 */
export async function probeWorker(probe: WorkerProbe, probed: ProbedLane): Promise<EvidenceFacts> {
  const { config, name, record } = probe
  const { worker, rules } = await openWorker(probe)
  const { model, response_model, weights, digest } = probed.lane
  const required = requiredLevel(config, worker.lane)
  const proving = required !== 'none' && required !== 'echo'
  const before = proving ? await loadAndDescribe(probed) : undefined
  let during: ModelDescription | undefined
  const began = Date.now()
  const run = await runThroughTap(probe, {
    model,
    signal: probed.signal,
    ...(rules.privacy === 'private' && { fault: (request) => keepPrivate(request, model) }),
    onAnswering: async () => {
      during = (proving ? await describe(probed) : undefined) ?? during
    },
  })
  const after = proving ? await describe(probed) : undefined
  // A worker may unload the model when it is done: then what was declared while it asked counts.
  const seen = after?.weights_files?.length ? after : (during ?? after)
  const declared = seen ?? before
  const requests = storedRequests(run, rules)
  // An answer may name several.
  const names = requests.flatMap(({ response_model }) => response_model?.split(', ') ?? [])
  const reported_model =
    worker.reports_model &&
    (await reportedModel(worker.reports_model, {
      stdout: run.result.stdout,
      folder: resolve(probe.root, worker.folder),
      since_ms: began,
    }))
  const control = probed.signal?.aborted
    ? undefined
    : await runThroughTap(probe, { model: controlModel, signal: probed.signal, fault: refuse })
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
    requests,
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
      // Paths that another host declares mean nothing here.
      weights: declared && runsHere(config, worker.lane) ? await createAttester(hashWeights)(declared) : undefined,
      location: locationOf(config, worker.lane),
      gateway: requests.find(({ gateway }) => gateway !== undefined)?.gateway,
    }),
    ...(reported_model !== undefined && { reported_model }),
    stdout: storedOutput(run.result.stdout, rules),
    stderr: storedOutput(run.result.stderr, rules),
    ...(control && {
      control: {
        selected_model: controlModel,
        exit: storedExit(control.result.exit, rules),
        requests: storedRequests(control, rules),
      },
    }),
  }
}

function storedRequests({ exchanges, behind }: TappedRun, rules: RequestPrivacy): WorkerRequest[] {
  return exchanges.map((exchange) => workerRequest(exchange, behind.get(exchange.number), rules))
}

/** Of a private workload, a request for another model is not passed on: where that is served nobody has said. */
function keepPrivate({ asks_model, requested_model, path }: TappedRequest, selected: string): Fault | undefined {
  if (!asks_model || (requested_model !== undefined && isSameTag(requested_model, selected))) return undefined
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
