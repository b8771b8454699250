import { gatesFor } from '../config/gates-for.ts'
import type { Examination } from '../evidence/schema.ts'
import { lowerBound, upperBound } from '../statistics/binomial.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import { earlierAnswers, type JudgedAnswer } from './attempts.ts'
import { isBeyondHope, qualityAllowance } from './quality-allowance.ts'
import { groupTrials } from './trials.ts'
import { isJudgeable } from './validity.ts'
import { completionsOf, type GateInput, type Verdict, whyTooFew } from './verdict.ts'
import { count, percent, percentUp } from './wording.ts'

/** Expected facts found in one answer; none where there was no answer. */
export function factsFound(examination: Examination | undefined): number {
  return examination?.facts.filter((fact) => fact.found).length ?? 0
}

/** One record's facts, whoever answered: a lane or the no-model baseline. */
export interface FactScore {
  readonly record_id: string
  readonly record_sha256: string
  readonly evidence_id: string
  readonly found: number
  readonly expected: number
  readonly missed: readonly string[]
  /** Sensitive texts of the record that got through, by their place in it. */
  readonly leaks: Leaks
}
type Leaks = NonNullable<Examination['leaks']>

/** Scores of a workload's trials on one lane; a record asked again counts once, by its worst answer, in whatever run. */
export function laneScores(input: GateInput): FactScore[] {
  const { minimum_facts } = gatesFor(input.config, input.workload).quality
  const asked = new Set(
    completionsOf(input)
      .filter(isJudgeable)
      .map(({ record_sha256 }) => record_sha256),
  )
  // A record that was answered in an earlier attempt only counts where it failed.
  return scoresOf([...completionsOf(input), ...earlierAnswers(input)]).filter(
    (each) => asked.has(each.record_sha256) || !isGood(each, minimum_facts),
  )
}

/** The same of answers that were chosen otherwise. */
export function scoresOf(answers: readonly JudgedAnswer[]): FactScore[] {
  const trials = groupTrials(answers.filter(isJudgeable))
  const examinationOf = ({ outcome }: JudgedAnswer) => (outcome.state === 'answered' ? outcome.examination : undefined)
  const facts = Math.max(1, ...trials.flat().map((each) => examinationOf(each)?.facts.length ?? 0))
  return trials.map((trial) => worst(trial.map((each) => score(each, examinationOf(each), facts))))
}

export function baselineScores({ evidence, workload }: Pick<GateInput, 'evidence' | 'workload'>): FactScore[] {
  const byRecord = new Map<string, FactScore[]>()
  for (const each of evidence) {
    if (each.kind !== 'baseline' || each.workload !== workload) continue
    const known = byRecord.get(each.record_sha256)
    const own = score(each, each.examination)
    if (known) known.push(own)
    else byRecord.set(each.record_sha256, [own])
  }
  return [...byRecord.values()].map(worst)
}

/** Enough facts (the configured minimum, never more than the record has), and no secret that got through. */
export function isGood(factScore: FactScore, minimumFacts: number | undefined): boolean {
  if (factScore.leaks.length > 0) return false
  return factScore.found >= Math.min(minimumFacts ?? factScore.expected, factScore.expected) && factScore.expected > 0
}

/** A record is good where enough expected facts were found; enough records must be good. */
export function qualityGate(input: GateInput): Verdict {
  const { config, lane, workload } = input
  const settings = gatesFor(config, workload).quality
  const all = completionsOf(input)
  const scores = laneScores(input)
  const good = scores.filter((each) => isGood(each, settings.minimum_facts))
  const facts = Math.max(0, ...scores.map((each) => each.expected))
  const n = scores.length
  // What an earlier attempt got wrong counts against the share, and not towards how many this run must have measured.
  const measured = groupTrials(all.filter(isJudgeable)).length
  const common = {
    gate: 'quality',
    lane,
    workload,
    required: settings.required,
    n,
    needed: settings.minimum_records,
    expected: `at least ${settings.minimum_facts ?? (facts || 'all')} of ${facts || 'the'} facts in ${percent(settings.minimum_share)} of ${settings.minimum_records} or more records`,
    observed: `${good.length} of ${n} records good, ${sum(scores.map((each) => each.found))} of ${sum(scores.map((each) => each.expected))} facts found`,
    evidence_ids: scores.map((each) => each.evidence_id),
    ...(n > 0 && {
      successes: good.length,
      successes_needed: Math.ceil(settings.minimum_share * n - 1e-9),
      lower_bound: lowerBound(good.length, n),
      interval: wilsonInterval(good.length, n),
    }),
  } as const
  const leaking = scores.filter(({ leaks }) => leaks.length > 0)
  const [leak] = leaking
  if (leak) {
    const why = leak.leaks.map(describeLeak).join('; ')
    return {
      ...common,
      // Whatever share is asked for, and though quality else decides nothing here: it cannot be called back.
      required: true,
      status: 'fail',
      leaks: leaking.length,
      observed: `a secret got through in ${leaking.length} of ${count(n, 'record')}; ${common.observed}`,
      reason: `${leak.record_id}: ${why}`,
      offender: { record_id: leak.record_id, evidence_id: leak.evidence_id, why },
      evidence_ids: leaking.map(({ evidence_id }) => evidence_id),
      remedy: 'mask by rules before the model and look for what is left after it, or keep this workload where it is',
    }
  }
  const allowance = qualityAllowance(input, n)
  const isHopeless = isBeyondHope(allowance, good.length, n)
  if (measured < settings.minimum_records && !isHopeless) {
    return {
      ...common,
      status: n === 0 ? 'not-measured' : 'insufficient',
      reason: `insufficient, ${measured} of ${settings.minimum_records}: ${whyTooFew(input, all)}`,
      remedy:
        n === 0
          ? 'make the lane answer, then run again'
          : `ask ${settings.minimum_records - measured} more distinct records`,
    }
  }
  if (facts === 0) return { ...common, status: 'not-measured', reason: 'the records expect no facts' }
  if (isHopeless || good.length / n < settings.minimum_share) {
    const offender = scores.find((each) => !isGood(each, settings.minimum_facts)) as FactScore
    const why = `${offender.found} of ${offender.expected} facts; missed ${offender.missed.join(', ')}`
    return {
      ...common,
      status: 'fail',
      reason:
        isHopeless && allowance && n < allowance.records
          ? `${n - good.length} of ${n} records are not good; of ${allowance.records} at most ${allowance.not_good} may be`
          : `${percent(good.length / n)} of ${n} records are good (at most ${percentUp(upperBound(good.length, n))}, one-sided 95 %), ${percent(settings.minimum_share)} are needed`,
      offender: { record_id: offender.record_id, evidence_id: offender.evidence_id, why },
      remedy: 'use a stronger model, show examples in prompt.md, or keep this workload where it is',
    }
  }
  const unanswered = groupTrials(all).filter((trial) => !trial.some(isJudgeable)).length
  if (good.length / (n + unanswered) < settings.minimum_share) {
    return {
      ...common,
      status: 'insufficient',
      observed: `${common.observed}, ${unanswered} of ${n + unanswered} asked got no answer`,
      reason: `the records without an answer may be no good, and then too few are: ${whyTooFew(input, all)}`,
      remedy: 'keep the lane up through the whole run, then run again',
    }
  }
  return {
    ...common,
    status: 'pass',
    reason: `${percent(good.length / n)} of ${n} records are good (at least ${percent(lowerBound(good.length, n))}, one-sided 95 %)`,
  }
}

function score(
  evidence: { id: string; record_id: string; record_sha256: string },
  examination: Examination | undefined,
  factsWithoutAnswer = 1,
): FactScore {
  return {
    record_id: evidence.record_id,
    record_sha256: evidence.record_sha256,
    evidence_id: evidence.id,
    found: factsFound(examination),
    expected: examination?.facts.length ?? factsWithoutAnswer,
    missed: examination?.facts.filter((fact) => !fact.found).map((fact) => fact.field) ?? ['all: no answer'],
    leaks: examination?.leaks ?? [],
  }
}

/** One that leaks is worse than any that finds too little. */
function worst(scores: readonly FactScore[]): FactScore {
  return scores.reduce((least, each) => {
    const [more, fewer] = [each.leaks.length - least.leaks.length, least.found - each.found]
    return more > 0 || (more === 0 && fewer > 0) ? each : least
  })
}

/** Says where, never what: the text itself is the secret. Counted from 1, for people. */
function describeLeak({ where, field, index }: Leaks[number]): string {
  return where === 'answer'
    ? `forbidden text ${index + 1} stands in the answer`
    : `${field} ${index + 1} was not named, so redaction leaves it in`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
