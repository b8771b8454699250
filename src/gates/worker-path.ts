import { isSameTag } from '../config/tag.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import type { SeenWorkerProcess, WorkerExit, WorkerRequest } from '../evidence/worker-request.ts'

/** From the scheduler's payload to the worker's own record: the places where a model can become another one. */
export type WorkerPlace = 'scheduler' | 'environment' | 'wire' | 'runtime' | 'exit' | 'record'

export type WorkerRun = EvidenceOf<'worker'>

/** The first place where a run parts from what was selected, why, and a fix in the shape of a patch. */
export interface Parting {
  readonly place: WorkerPlace
  readonly why: string
  readonly fix: string
}

/** What today's config asks of a run. */
export interface WorkerDemands {
  /** Why the identity proof does not do; undefined where it does. */
  readonly unproven: string | undefined
  readonly local: boolean
  /** The pointer to the worker's own record, where one is configured. */
  readonly reports_model: string | undefined
}

/**
 * Follows the model along the worker's path: payload, environment, wire, runtime, exit, its own record. Undefined where
 * it is the selected one everywhere, and the control payload shows that this is no coincidence.
 */
export function firstParting(run: WorkerRun, demands: WorkerDemands): Parting | undefined {
  const { selected_model: selected, requests, exit, control } = run
  const asked = modelRequests(requests)
  return (
    notStarted(exit) ??
    (asked.length === 0 ? untapped(exit, requests.length) : undefined) ??
    partingOfRequests(asked, selected) ??
    partingOfRuntime(asked, exit, demands) ??
    (failed(exit)
      ? {
          place: 'exit',
          why: `it ${endOf(exit)}`,
          fix: 'make the command end with exit code 0 where it succeeded, in time',
        }
      : undefined) ??
    partingOfRecord(run, demands) ??
    (control && partingOfControl(control)) ??
    (control && obeys(control) ? undefined : unexplained(asked, control !== undefined))
  )
}

/** Requests that ask a model: others, such as for a list of models, reach none. */
export function modelRequests(requests: readonly WorkerRequest[]): WorkerRequest[] {
  return requests.filter(({ requested_model, model_unread }) => requested_model !== undefined || model_unread)
}

/** Whether a process that asked a model was seen with the tag in its environment. */
export function carriesTag({ processes }: WorkerRequest, selected: string): boolean {
  const last = processes.at(-1)
  return last?.local_model_tag !== undefined && isSameTag(last.local_model_tag, selected)
}

function notStarted(exit: WorkerExit): Parting | undefined {
  return exit.state === 'not-started'
    ? {
        place: 'scheduler',
        why: `its command does not start: ${exit.message}`,
        fix: 'correct command and folder in the config',
      }
    : undefined
}

function untapped(exit: WorkerExit, others: number): Parting {
  return failed(exit)
    ? {
        place: 'environment',
        why: `it ${endOf(exit)} before it asked any model`,
        fix: 'run the command by hand with the same payload; see its stderr in the evidence',
      }
    : {
        place: 'environment',
        why: `untapped: it ended with exit code 0, and ${others === 0 ? 'no request of it reached its endpoint' : 'none of its requests asked a model'}`,
        fix: 'let the process that calls the model take its endpoint from the variables of endpoint_env, and make it fail where it has no answer',
      }
}

/** The first request that is not for the selected model, or whose process was told another. */
function partingOfRequests(asked: readonly WorkerRequest[], selected: string): Parting | undefined {
  for (const [index, request] of asked.entries()) {
    const { processes, number } = request
    const requested = request.requested_model
    const last = processes.at(-1)
    const who = last ? shown(last) : 'it'
    const told = processes.findIndex(({ local_model_tag: tag }) => tag !== undefined && !isSameTag(tag, selected))
    if (told >= 0) return toldAnother(processes, told, selected)
    if (requested === undefined) {
      return {
        place: 'wire',
        why: `request ${number} of ${who} asks a model at ${request.path}, and which one could not be read`,
        fix: `let ${who} name the selected model, once, in the plain JSON body of its request`,
      }
    }
    if (isSameTag(requested, selected)) continue
    if (index > 0) {
      return {
        place: 'wire',
        why: `request ${number} of ${who} is for ${requested}, after one for ${selected}: a silent fallback`,
        fix: `let ${who} fail where ${selected} gives no answer, instead of asking ${requested}`,
      }
    }
    if (last === undefined || last.local_model_tag_state === 'unreadable') {
      return {
        place: 'wire',
        why: `${selected} was selected, and ${who} asked for ${requested}`,
        fix: passOn(processes),
      }
    }
    if (last.local_model_tag_state === 'set') {
      return {
        place: 'wire',
        why: `${who} has LOCAL_MODEL_TAG=${selected} and asked for ${requested}`,
        fix: `let ${who} ask for the model in LOCAL_MODEL_TAG, and for no other`,
      }
    }
    return {
      place: 'environment',
      why: `${whereDropped(processes)}; it asked for ${requested} instead of ${selected}`,
      fix: passOn(processes),
    }
  }
  return undefined
}

function toldAnother(processes: readonly SeenWorkerProcess[], index: number, selected: string): Parting {
  const told = processes[index] as SeenWorkerProcess
  const starter = processes[index - 1]
  return {
    place: 'environment',
    why: `${selected} was selected, and ${shown(told)} has LOCAL_MODEL_TAG=${told.local_model_tag}`,
    fix: `set LOCAL_MODEL_TAG to selected_model where ${starter ? `${shown(starter)} starts ${shown(told)}` : `${shown(told)} is started`}`,
  }
}

/** The last process that still has the tag, else the one that started the asking one. */
function dropper(processes: readonly SeenWorkerProcess[]): number {
  const holder = processes.findLastIndex(({ local_model_tag_state: state }) => state === 'set')
  return holder >= 0 ? holder : processes.length - 2
}

function whereDropped(processes: readonly SeenWorkerProcess[]): string {
  const index = dropper(processes)
  const from = processes[index]
  const to = processes[index + 1] as SeenWorkerProcess
  if (!from) return `${shown(to)} does not take the model from its payload`
  return from.local_model_tag_state === 'set'
    ? `${shown(from)} has LOCAL_MODEL_TAG, and ${shown(to)}, which it starts, does not`
    : `${shown(from)} starts ${shown(to)} without LOCAL_MODEL_TAG`
}

function passOn(processes: readonly SeenWorkerProcess[]): string {
  const index = dropper(processes)
  const from = processes[index]
  const to = processes[index + 1]
  if (!to)
    return 'pass selected_model on as LOCAL_MODEL_TAG to the process that asks the model, and let it ask for that one only'
  if (!from) return `let ${shown(to)} ask for selected_model of its payload, and fail where there is none`
  return `pass selected_model on as LOCAL_MODEL_TAG in the environment with which ${shown(from)} starts ${shown(to)}, and let ${shown(to)} fail where it is missing`
}

function partingOfRuntime(
  asked: readonly WorkerRequest[],
  exit: WorkerExit,
  { unproven, local }: WorkerDemands,
): Parting | undefined {
  const last = asked.at(-1) as WorkerRequest
  if (!isAnswered(last)) {
    if (!failed(exit)) return swallowed(`its last request ${answerOf(last)}`)
    return { place: 'runtime', why: `its last request ${answerOf(last)}`, fix: 'make the lane answer, then run again' }
  }
  const through = asked.find(({ gateway }) => gateway !== undefined && Object.keys(gateway).length > 0)
  const fallbacks = Number(through?.gateway?.['x-litellm-attempted-fallbacks'] ?? 0)
  if (through && (local || fallbacks > 0)) {
    return {
      place: 'runtime',
      why: `the answer to request ${through.number} came through a gateway${fallbacks > 0 ? `, after ${fallbacks} fallbacks` : ', which may ask any model'}`,
      fix: 'point the worker at the runtime itself, or turn the fallbacks of the gateway off and call the lane a cloud lane',
    }
  }
  return unproven === undefined
    ? undefined
    : { place: 'runtime', why: unproven, fix: 'look at what the runtime has loaded, then run again' }
}

function partingOfRecord(run: WorkerRun, { reports_model: pointer }: WorkerDemands): Parting | undefined {
  if (pointer === undefined) return undefined
  const { reported_model: reported, selected_model: selected } = run
  if (reported === undefined) {
    return {
      place: 'record',
      why: `it recorded no model at ${pointer}`,
      fix: `let it write the model that it asked to ${pointer}`,
    }
  }
  if (isSameTag(reported, selected)) return undefined
  return {
    place: 'record',
    why: `it asked for ${selected} and recorded ${reported}`,
    fix: `let it record the model of its request at ${pointer}, not one of its configuration`,
  }
}

/** A payload with another model must lead to requests for that one, and its failure must show in the exit code. */
function partingOfControl(control: NonNullable<WorkerRun['control']>): Parting | undefined {
  const asked = modelRequests(control.requests)
  const parting = partingOfRequests(asked, control.selected_model)
  if (parting) return { ...parting, why: `${parting.why} (control payload)` }
  if (failed(control.exit)) return undefined
  return asked.length > 0
    ? swallowed('all its requests were answered by 404 (control payload)')
    : {
        place: 'environment',
        why: `a payload with ${control.selected_model}, which cannot exist, ended with exit code 0 and without a request`,
        fix: 'let the worker ask for selected_model of its payload, and fail where there is no such model',
      }
}

/** A control payload that ended before its model was named to the server shows no obedience. */
function obeys({ requests, selected_model }: NonNullable<WorkerRun['control']>): boolean {
  return requests.some(({ requested_model = '', about_model = '' }) =>
    [requested_model, about_model].some((name) => isSameTag(name, selected_model)),
  )
}

function swallowed(what: string): Parting {
  return {
    place: 'exit',
    why: `it swallowed the failure: ${what}, and it ended with exit code 0`,
    fix: 'hand the exit code of the delegate on (in a shell: set -e, exec, or exit $?)',
  }
}

/** Where the control asked for nothing, only the tag in the asking process says that the model came from the payload. */
function unexplained(asked: readonly WorkerRequest[], controlled: boolean): Parting | undefined {
  const without = asked.find((request) => !carriesTag(request, request.requested_model as string))
  return without
    ? {
        place: 'environment',
        why: `nothing shows that its model came from the payload: LOCAL_MODEL_TAG was not seen, and ${controlled ? 'with another model in the payload it ended before it asked for any' : 'no payload with another model was submitted'}`,
        fix: passOn(without.processes),
      }
    : undefined
}

function isAnswered({ outcome, status }: WorkerRequest): boolean {
  return outcome === 'answered' && (status === undefined || status < 400)
}

function answerOf({ status, outcome }: WorkerRequest): string {
  if (outcome === 'cut') return 'was cut off'
  return status === undefined ? 'got no answer' : `was answered by ${status}`
}

function failed(exit: WorkerExit): boolean {
  return exit.state !== 'exited' || exit.code !== 0
}

function endOf(exit: WorkerExit): string {
  if (exit.state === 'exited') return `ended with exit code ${exit.code}`
  if (exit.state === 'timed-out') return `did not end within ${exit.seconds} s`
  return exit.state === 'signalled' ? `was ended by ${exit.signal}` : 'did not start'
}

function shown({ command }: SeenWorkerProcess): string {
  return command.slice(0, 2).join(' ') || 'a process'
}
