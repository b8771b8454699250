import { gatesFor } from '../config/gates-for.ts'
import type { Examination } from '../evidence/schema.ts'
import { lowerBound } from '../statistics/binomial.ts'
import { isJudgeable } from './validity.ts'
import { completionsOf, type GateInput, isAnswered, type Verdict, whyTooFew } from './verdict.ts'
import { percent } from './wording.ts'

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
}

/** Scores of a workload's records on one lane; a record asked again counts once, by its worst answer. */
export function laneScores(input: GateInput): FactScore[] {
  const examined = completionsOf(input)
    .filter(isJudgeable)
    .map((each) => ({ each, examination: isAnswered(each) ? each.outcome.examination : undefined }))
  const facts = Math.max(1, ...examined.map(({ examination }) => examination?.facts.length ?? 0))
  return worstPerRecord(examined.map(({ each, examination }) => score(each, examination, facts)))
}

export function baselineScores({ evidence, workload }: Pick<GateInput, 'evidence' | 'workload'>): FactScore[] {
  return worstPerRecord(
    evidence
      .filter((each) => each.kind === 'baseline')
      .filter((each) => each.workload === workload)
      .map((each) => score(each, each.examination)),
  )
}

/** How many facts a record must hold to be good: the configured minimum, never more than it has. */
export function isGood(factScore: FactScore, minimumFacts: number | undefined): boolean {
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
    }),
  } as const
  if (n < settings.minimum_records) {
    return {
      ...common,
      status: n === 0 ? 'not-measured' : 'insufficient',
      reason: `insufficient, ${n} of ${settings.minimum_records}: ${whyTooFew(input, all)}`,
      remedy:
        n === 0 ? 'make the lane answer, then run again' : `ask ${settings.minimum_records - n} more distinct records`,
    }
  }
  if (facts === 0) return { ...common, status: 'not-measured', reason: 'the records expect no facts' }
  if (good.length / n < settings.minimum_share) {
    const offender = scores.find((each) => !isGood(each, settings.minimum_facts)) as FactScore
    const why = `${offender.found} of ${offender.expected} facts; missed ${offender.missed.join(', ')}`
    return {
      ...common,
      status: 'fail',
      reason: `${percent(good.length / n)} of records are good, ${percent(settings.minimum_share)} are needed`,
      offender: { record_id: offender.record_id, evidence_id: offender.evidence_id, why },
      remedy: 'use a stronger model, show examples in prompt.md, or keep this workload where it is',
    }
  }
  return {
    ...common,
    status: 'pass',
    reason: `${percent(good.length / n)} of records are good (at least ${percent(lowerBound(good.length, n))}, one-sided 95 %)`,
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
  }
}

function worstPerRecord(scores: readonly FactScore[]): FactScore[] {
  const byRecord = new Map<string, FactScore>()
  for (const each of scores) {
    const known = byRecord.get(each.record_sha256)
    if (!known || each.found < known.found) byRecord.set(each.record_sha256, each)
  }
  return [...byRecord.values()]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
