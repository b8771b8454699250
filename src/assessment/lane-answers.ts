import { locationOf } from '../config/location.ts'
import type { WorkloadConfig } from '../config/schema.ts'
import type { Completion } from '../evidence/schema.ts'
import { afterStep, type Step } from '../gates/after-step.ts'
import { contractBreach } from '../gates/contract.ts'
import { curtailmentOf } from '../gates/curtailment.ts'
import { judge, judgeAll } from '../gates/judge.ts'
import { groupTrials } from '../gates/trials.ts'
import { isJudgeable } from '../gates/validity.ts'
import { completionsOf, type GateInput, type Verdict } from '../gates/verdict.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import type { LaneAnswers } from './answers-schema.ts'
import { labelAccuracy } from './label-accuracy.ts'
import { standingOf } from './lane-status.ts'
import type { Statement } from './statement.ts'

/**
 * A lane's answers at a workload, counted. Undefined where none can be judged, and where the run was stopped early: what
 * was asked until then is no sample of all.
 */
export function laneAnswers(input: GateInput): LaneAnswers | undefined {
  if (curtailmentOf(input)) return undefined
  const trials = groupTrials(completionsOf(input).filter(isJudgeable))
  if (trials.length === 0) return undefined
  const extracted = rateAfter(input, 'extracted')
  const repaired = rateAfter(input, 'repaired')
  return {
    lane: input.lane,
    rates: {
      raw: rateOf(judge('validity', input)),
      ...(extracted && { extracted }),
      ...(repaired && { repaired }),
    },
    steps: stepsFor(input),
    failure_classes: failureClasses(trials, input.config.workloads[input.workload] as WorkloadConfig),
    labels: labelAccuracy(trials),
  }
}

/**
 * The lane as it would stand if code fences were stripped after the model, where its raw answers fail and nothing else
 * would then be open: a step without any guess, so that it may change a route.
 */
export function fencesWouldDo(input: GateInput): Statement | undefined {
  const [step] = stepsFor(input, ['extracted'])
  const evidence = step && afterStep(input, 'extracted')
  if (!evidence) return undefined
  const { status } = standingOf(input.lane, locationOf(input.config, input.lane), judgeAll({ ...input, evidence }))
  return status === 'proven' || status === 'conditional' ? { ...step, text: `${input.lane}: ${step.text}` } : undefined
}

const whatToDo: Readonly<Record<Step, string>> = {
  extracted: 'strip the code fence',
  repaired: 'repair the JSON (jsonrepair, then types of the schema)',
}

/** The first step that turns a failed validity gate; a later one adds nothing. */
function stepsFor(input: GateInput, steps: readonly Step[] = ['extracted', 'repaired']): LaneAnswers['steps'] {
  const raw = judge('validity', input)
  if (raw.status !== 'fail') return []
  for (const step of steps) {
    const evidence = afterStep(input, step)
    if (!evidence) continue
    const [validity, quality] = (['validity', 'quality'] as const).map((gate) => judge(gate, { ...input, evidence }))
    if (validity?.status !== 'pass' || !quality) continue
    const drafts =
      step === 'repaired' ? '; a repaired record counts for no gate, so this serves drafts that somebody reads' : ''
    return [
      {
        text: `${whatToDo[step]} in a deterministic step after the model: ${validity.successes} of ${validity.n} valid instead of ${raw.successes}, ${quality.successes} of ${quality.n} records good (quality ${quality.status})${drafts}`,
        evidence_ids: raw.evidence_ids.slice(0, 3),
      },
    ]
  }
  return []
}

type Rate = LaneAnswers['rates']['raw']

function rateAfter(input: GateInput, step: Step): Rate | undefined {
  const evidence = afterStep(input, step)
  return evidence && rateOf(judge('validity', { ...input, evidence }))
}

function rateOf({ successes = 0, n }: Verdict): Rate {
  return { successes, n, interval: wilsonInterval(successes, n) }
}

function failureClasses(
  trials: readonly (readonly Completion[])[],
  workload: WorkloadConfig,
): LaneAnswers['failure_classes'] {
  const classes = new Map<string, { records: number; example: string }>()
  for (const trial of trials) {
    const broken = trial
      .map((each) => ({ each, breach: contractBreach(each, workload) }))
      .find(({ breach }) => breach !== undefined)
    if (!broken?.breach) continue
    const known = classes.get(broken.breach.cause)
    if (known) known.records += 1
    else classes.set(broken.breach.cause, { records: 1, example: broken.each.id })
  }
  return [...classes]
    .map(([cause, { records, example }]) => ({ cause, records, evidence_ids: [example] }))
    .sort((a, b) => b.records - a.records || (a.cause < b.cause ? -1 : 1))
}
