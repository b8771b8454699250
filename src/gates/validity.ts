import { gatesFor } from '../config/gates-for.ts'
import type { WorkloadConfig } from '../config/schema.ts'
import { isOfTheLane } from '../evidence/failure-codes.ts'
import type { Completion } from '../evidence/schema.ts'
import { lowerBound } from '../statistics/binomial.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import { earlierAnswers, type JudgedAnswer } from './attempts.ts'
import { contractBreach } from './contract.ts'
import { groupTrials } from './trials.ts'
import { completionsOf, coverage, type Gate, type Verdict, whyTooFew } from './verdict.ts'
import { percent, seconds } from './wording.ts'

/** True where the record counts as tried: it was answered, or failed by the model's own doing. */
export function isJudgeable({ outcome }: Pick<Completion, 'outcome'>): boolean {
  return outcome.state === 'answered' || !isOfTheLane(outcome.code)
}

/**
 * N distinct records in a row must keep the contract, and none that was asked may break it: one invalid record
 * fails the gate however many were valid before or after.
 */
export const validityGate: Gate = (input) =>
  judgeValidity(input, gatesFor(input.config, input.workload).validity.consecutive)

export function judgeValidity(input: Parameters<Gate>[0], needed: number): ReturnType<Gate> {
  const { config, lane, workload } = input
  const workloadConfig = config.workloads[workload] as WorkloadConfig
  const all = completionsOf(input)
  const judged = all.filter(isJudgeable)
  const isBroken = (each: JudgedAnswer): boolean => {
    const cause = contractBreach(each, workloadConfig)?.cause
    // How long an earlier attempt took is the machine's of that day.
    return cause !== undefined && !(cause === 'too slow' && each.earlier_run !== undefined)
  }
  const pooled = [...judged, ...earlierAnswers(input).filter(isBroken)]
  const trials = groupTrials<JudgedAnswer>(pooled)
  const n = trials.length
  const broken = pooled.filter(isBroken)
  const valid = trials.filter((trial) => !trial.some(isBroken)).length
  const common = {
    gate: 'validity',
    lane,
    workload,
    required: gatesFor(config, workload).validity.required,
    n,
    needed,
    expected: `${needed} consecutive records valid, each within ${seconds(workloadConfig.limits.seconds_per_record * 1000)}`,
    observed: [`${valid} of ${n} valid`, coverage(input, n)].filter((part) => part !== undefined).join(', '),
    ...(n > 0 && {
      successes: valid,
      lower_bound: lowerBound(valid, n),
      interval: wilsonInterval(valid, n),
      ...(judged.length > 0 && { parsed: parsedOf(judged) }),
    }),
  } as const
  const [offender] = broken
  if (offender) {
    const why = contractBreach(offender, workloadConfig)?.why ?? ''
    // Of each trial once, however often it was asked and in whatever run.
    const firsts = trials.flatMap((trial) => trial.find(isBroken) ?? [])
    const classes = tally(firsts.map((each) => contractBreach(each, workloadConfig)?.cause ?? ''))
    return {
      ...common,
      status: 'fail',
      observed: `${common.observed} (${classes})`,
      reason: `${offender.record_id}: ${why}`,
      offender: { record_id: offender.record_id, evidence_id: offender.id, why },
      evidence_ids: [...new Set(broken.map((each) => each.id))],
      remedy: remedyFor(contractBreach(offender, workloadConfig)?.cause ?? ''),
    }
  }
  const unanswered = all.length - judged.length
  if (n >= needed && unanswered > 0) {
    return {
      ...common,
      status: 'insufficient',
      observed: `${common.observed}, ${unanswered} of ${all.length} asked got no answer`,
      reason: whyTooFew(input, all),
      evidence_ids: all.filter((each) => !isJudgeable(each)).map((each) => each.id),
      remedy: 'keep the lane up through the whole run, then run again',
    }
  }
  if (n < needed) {
    return {
      ...common,
      status: n === 0 ? 'not-measured' : 'insufficient',
      reason: `insufficient, ${n} of ${needed}: ${whyTooFew(input, all)}`,
      evidence_ids: judged.map((each) => each.id),
      remedy: n === 0 ? 'make the lane answer, then run again' : `ask ${needed - n} more distinct records`,
    }
  }
  return {
    ...common,
    status: 'pass',
    reason: `${valid} of ${n} shows a valid rate of at least ${percent(lowerBound(valid, n))} (one-sided 95 %)`,
    evidence_ids: judged.map((each) => each.id),
  }
}

function parsedOf(judged: readonly Completion[]): NonNullable<Verdict['parsed']> {
  const [successes, n] = [judged.filter(parses).length, judged.length]
  return { successes, n, interval: wilsonInterval(successes, n) }
}

function parses({ outcome }: Completion): boolean {
  return outcome.state === 'answered' && outcome.examination.json === 'valid'
}

/** "3 × not JSON, 1 × too slow", most frequent first. */
function tally(causes: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const cause of causes) counts.set(cause, (counts.get(cause) ?? 0) + 1)
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([cause, n]) => `${n} × ${cause}`)
    .join(', ')
}

function remedyFor(cause: string): string {
  if (cause === 'cut by length') return 'raise limits.output_tokens, or bound the fields with maxLength in schema.json'
  if (cause === 'too slow') return 'use a smaller model or a shorter prompt, or raise limits.seconds_per_record'
  if (cause === 'not JSON')
    return 'set structured_output: json-schema on the lane, or repair in a separate deterministic step'
  if (cause.startsWith('too long') || cause.startsWith('too short'))
    return 'ask for the length in the prompt, or bound the field with minLength and maxLength in schema.json'
  if (cause === 'invented URL') return 'ask for URLs only where the input has them, or drop the field'
  return 'show the answer with `npx bench-memo show <evidence id>`, then change the prompt or the model'
}
