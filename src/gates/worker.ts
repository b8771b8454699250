import { gatesFor } from '../config/gates-for.ts'
import { locationOf } from '../config/location.ts'
import { requiredLevel } from '../config/required-level.ts'
import { workersFor } from '../config/workers-for.ts'
import { workerSettingsSha256 } from '../evidence/worker-settings.ts'
import { whyUnproven } from './identity.ts'
import { whatModelDiffers } from './other-model.ts'
import { completionsOf, datasetRecords, type Gate, type GateInput } from './verdict.ts'
import { count } from './wording.ts'
import { carriesTag, firstParting, modelRequests, type WorkerRun } from './worker-path.ts'

/** The model that the scheduler selects must be the one that every worker of the workload reaches on this lane. */
export const workerGate: Gate = (input) => {
  const { config, lane, workload, evidence } = input
  const workers = workersFor(config, workload, lane)
  const names = workers.map(([name]) => name)
  const settings = new Map(workers.map(([name, worker]) => [name, workerSettingsSha256(worker)]))
  const runs = evidence.filter(
    (each): each is WorkerRun =>
      each.kind === 'worker' &&
      each.lane === lane &&
      each.workload === workload &&
      each.selected_model === config.lanes[lane]?.model &&
      each.settings_sha256 === settings.get(each.worker),
  )
  const measured = new Set(runs.map(({ worker }) => worker))
  const common = {
    gate: 'worker',
    lane,
    workload,
    required: gatesFor(config, workload).worker.required,
    n: measured.size,
    needed: workers.length,
    expected: 'selected_model = LOCAL_MODEL_TAG = requested_model = observed_model in every request of every worker',
    evidence_ids: runs.map(({ id }) => id),
  } as const
  if (workers.length === 0) {
    return { ...common, status: 'not-applicable', observed: 'no worker', reason: 'the config names no worker for it' }
  }
  const model = config.lanes[lane]
  const partings = runs.flatMap((run) => {
    const parting = firstParting(run, {
      unproven: whyUnproven(run, requiredLevel(config, lane), model?.weights) ?? otherThanJudged(run, input),
      local: locationOf(config, lane) === 'local',
      reports_model: config.workers[run.worker]?.reports_model?.pointer,
    })
    return parting ? [{ run, ...parting }] : []
  })
  const [first] = partings
  if (first) {
    const { run, place, why, fix } = first
    return {
      ...common,
      status: 'fail',
      observed: `${new Set(partings.map((each) => each.run.worker)).size} of ${count(measured.size, 'worker')} parted`,
      reason: `${run.worker} parts at ${placeTitles[place]}: ${why}`,
      offender: {
        record_id: run.record_id,
        evidence_id: run.id,
        why: `${run.worker} parts at ${placeTitles[place]}: ${why}`,
      },
      remedy: fix,
    }
  }
  const missing = names.find((name) => !measured.has(name))
  if (missing !== undefined) {
    return {
      ...common,
      status: 'not-measured',
      observed: `${measured.size} of ${count(names.length, 'worker')} run`,
      reason: `${missing} was not run with these settings`,
      remedy: 'run the workload to its end on this lane',
    }
  }
  const most = datasetRecords(input)?.size ?? Number.POSITIVE_INFINITY
  for (const [name, { records }] of workers) {
    const submitted = new Set(runs.filter(({ worker }) => worker === name).map(({ record_id }) => record_id)).size
    const asked = Math.min(records, most)
    if (submitted >= asked) continue
    return {
      ...common,
      status: 'insufficient',
      n: submitted,
      needed: asked,
      observed: `${submitted} of ${count(asked, 'record')} submitted to ${name}`,
      reason: `${name} was given ${submitted} of the ${count(asked, 'record')} that the config asks for`,
      remedy: 'run the workload to its end on this lane',
    }
  }
  const requests = runs.flatMap((run) =>
    modelRequests(run.requests).map((request) => carriesTag(request, run.selected_model)),
  )
  const withTag = requests.filter(Boolean).length
  return {
    ...common,
    status: 'pass',
    observed: `${count(runs.length, 'run')}, ${count(requests.length, 'request')} for ${model?.model}`,
    reason:
      withTag === requests.length
        ? 'the selected model is the one in LOCAL_MODEL_TAG, on the wire and in the runtime'
        : `the selected model is the one on the wire and in the runtime; LOCAL_MODEL_TAG was seen in ${withTag} of ${requests.length} requests, and the control payload's model arrived too`,
  }
}

/** The answers that the other gates judge must come from the model that the worker reaches. */
function otherThanJudged({ identity }: WorkerRun, input: GateInput): string | undefined {
  const judged = completionsOf(input).find((each) => each.identity.weights_sha256 !== undefined)?.identity
  if (judged === undefined || identity.weights_sha256 === undefined) return undefined
  const why = whatModelDiffers(judged, identity)
  return why === undefined ? undefined : `${why} than of the answers that were judged on this lane`
}

const placeTitles = {
  scheduler: 'the scheduler',
  environment: 'the environment of the delegate',
  wire: 'the wire',
  runtime: 'the runtime',
  exit: 'its exit',
  record: 'its own record',
} as const
