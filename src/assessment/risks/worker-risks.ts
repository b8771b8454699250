import { faultNames } from '../../evidence/fault-schema.ts'
import type { EvidenceOf } from '../../evidence/schema.ts'
import type { FaultReaction } from '../../gates/fault-outcome.ts'
import type { WorkerFault } from '../worker-faults.ts'
import {
  type Detection,
  type Detector,
  logFindings,
  type Risk,
  type RiskContext,
  riskOfLog,
  unexamined,
} from './risk.ts'

type WorkerRun = EvidenceOf<'worker'>

/** Workers whose reaction to a fault was one of these, each with the faults at which it was. */
function reacting(
  faults: readonly WorkerFault[],
  ...reactions: readonly FaultReaction[]
): { worker: string; seen: WorkerFault[] }[] {
  const matching = faults.filter(({ reaction }) => reactions.includes(reaction))
  return [...Map.groupBy(matching, ({ worker }) => worker)].map(([worker, seen]) => ({ worker, seen }))
}

const atFaults = (seen: readonly WorkerFault[]): string => seen.map(({ fault }) => fault).join(', ')
const idsOf = (seen: readonly WorkerFault[]): string[] => seen.map(({ evidence_id }) => evidence_id)

/**
 * What was seen; where nothing was, it is clear only if every worker was put to every fault: a log that happens to be
 * read, or the first of ten faults, says nothing of the others.
 */
function seenUnderAllFaults({ config, faults }: RiskContext, risks: readonly Risk[], without: string): Detection {
  if (risks.length > 0) return { risks }
  const workers = Object.keys(config.workers).filter((name) => config.workers[name]?.faults)
  if (workers.length === 0) return { not_examined: without }
  const open = workers.flatMap((name) => {
    const tried = new Set(faults.flatMap(({ worker, fault }) => (worker === name ? [fault] : []))).size
    return tried < faultNames.length ? [`${name} (${tried} of ${faultNames.length})`] : []
  })
  return open.length === 0
    ? { risks }
    : { not_examined: `not every fault was tried on ${open.join(', ')}: run the bench to its end` }
}

/** Ended with success though the payload named a model that cannot exist, for which every request was refused. */
function swallowsRefusal({ control }: WorkerRun): boolean {
  return control?.exit.state === 'exited' && control.exit.code === 0 && control.requests.length > 0
}

/** The outer command of a worker, as a person would write it. */
function commandOf({ config }: RiskContext, worker: string): string {
  return `workers.${worker} (${config.workers[worker]?.command.join(' ') ?? ''})`
}

/** Retries that nobody counts: seen under faults, and in queue logs. */
export const unboundedRetries: Detector = (context) => {
  const logs = logFindings(context, 'requeue-storm', 'queue-full')
  return seenUnderAllFaults(
    context,
    [
      ...reacting(context.faults, 'retried-without-bounds').map(
        ({ worker, seen }): Risk => ({
          risk: 'unbounded-queue-retries',
          severity: 'high',
          subject: worker,
          finding: `asks again without bounds at ${atFaults(seen)}: ${seen[0]?.why}`,
          remediation: `in ${commandOf(context, worker)}: at most 3 attempts, 1 s, 2 s and 4 s apart, Retry-After where it is sent, then exit code 1`,
          decision: 'change',
          check: `with workers.${worker}.faults set, it fails loudly or falls back at ${atFaults(seen)}`,
          evidence_ids: idsOf(seen),
        }),
      ),
      ...(logs ?? []).map((each) => riskOfLog('unbounded-queue-retries', 'high', each)),
    ],
    logs === undefined ? unexamined.neither : unexamined.noFaults,
  )
}

/** Success that was none: under faults, and counters in logs that do not agree with errors. */
export const misleadingSuccess: Detector = (context) => {
  const logs = logFindings(context, 'misleading-success')
  const lying = context.evidence.filter((each): each is WorkerRun => each.kind === 'worker' && swallowsRefusal(each))
  return seenUnderAllFaults(
    context,
    [
      ...[...Map.groupBy(lying, ({ worker }) => worker)].map(
        ([worker, runs]): Risk => ({
          risk: 'misleading-success-counters',
          severity: 'critical',
          subject: worker,
          finding: `ends with success though the model that it was given (${runs[0]?.control?.selected_model}) was refused`,
          remediation: `in ${commandOf(context, worker)}: end with exit code 1 where the model gives no answer, and hand that exit code on`,
          decision: 'change',
          check: `the worker gate passes for ${worker}: the control payload ends with another exit code than 0`,
          evidence_ids: runs.map(({ id }) => id),
        }),
      ),
      ...reacting(context.faults, 'wrong-model', 'passed-on-nothing', 'undeclared-fallback').map(
        ({ worker, seen }): Risk => ({
          risk: 'misleading-success-counters',
          severity: 'critical',
          subject: worker,
          finding: `ends with success at ${atFaults(seen)}: ${seen[0]?.why}`,
          remediation: `in ${commandOf(context, worker)}: compare the answer's model with LOCAL_MODEL_TAG, refuse an empty or broken answer, and end with exit code 1; record observed_model as the answer names it`,
          decision: 'change',
          check: `with workers.${worker}.faults set, it fails loudly at ${atFaults(seen)}; npx bench-memo check accepts each result before it counts`,
          evidence_ids: idsOf(seen),
        }),
      ),
      ...(logs ?? []).map((each) => riskOfLog('misleading-success-counters', 'critical', each)),
    ],
    logs === undefined ? unexamined.neither : unexamined.noFaults,
  )
}

const shells = /^(?:ba|da|z|k|c|fi)?sh$|^(?:cmd|powershell|pwsh)(?:\.exe)?$/

/** Shell scripts between scheduler and model that lose the tag or the exit code. */
export const fragileWrappers: Detector = (context) => {
  const runs = context.evidence.filter((each): each is WorkerRun => each.kind === 'worker')
  if (runs.length === 0) return { not_examined: 'no worker was run: name them under `workers:` of bench.config.yaml' }
  const wrapped = runs.filter(({ worker, requests }) => {
    const commands = [
      context.config.workers[worker]?.command ?? [],
      ...requests.flatMap(({ processes }) => processes.map(({ command }) => command)),
    ]
    return commands.some(([program = '']) => shells.test(program.split('/').at(-1) ?? ''))
  })
  const seen = new Map(wrapped.map((run) => [run.worker, run]))
  return {
    risks: [...seen.values()].flatMap((run): Risk[] => {
      const { worker, id } = run
      const lies = swallowsRefusal(run)
      const lost = run.requests.find(
        ({ requested_model }) => requested_model !== undefined && requested_model !== run.selected_model,
      )
      if (!lies && !lost) return []
      return [
        {
          risk: 'fragile-shell-wrappers',
          severity: 'critical',
          subject: worker,
          finding: lies
            ? 'a shell stands between scheduler and model, and the exit code of what it starts gets lost: it ended with 0 though the model was refused'
            : `a shell stands between scheduler and model, and the selected model gets lost: ${lost?.requested_model} was asked for`,
          remediation: `in the script of ${commandOf(context, worker)}: begin with \`set -euo pipefail\`, start the last command with \`exec\`, quote "$LOCAL_MODEL_TAG", and remove \`|| true\``,
          decision: 'change',
          check: `the worker gate passes for ${worker}: the control payload ends with another exit code than 0`,
          evidence_ids: [id],
        },
      ]
    }),
  }
}

/** Nobody looks whether the model server is there before work is given to it. */
export const missingHealthChecks: Detector = (context) => {
  return seenUnderAllFaults(
    context,
    reacting(context.faults, 'hung', 'not-asked').map(
      ({ worker, seen }): Risk => ({
        risk: 'missing-health-checks',
        severity: 'high',
        subject: worker,
        finding: `neither a time-out nor a look at the server first: ${seen[0]?.why} (${atFaults(seen)})`,
        remediation: `before ${commandOf(context, worker)}: \`npx bench-memo preflight ${context.config.workers[worker]?.workload}\` (go on at exit code 0 only); in it: a time-out of ${context.config.workloads[context.config.workers[worker]?.workload ?? '']?.limits.seconds_per_record ?? 90} s for each request`,
        decision: 'change',
        check: `with workers.${worker}.faults set, it fails loudly or falls back at ${atFaults(seen)}`,
        evidence_ids: idsOf(seen),
      }),
    ),
    unexamined.noFaults,
  )
}
