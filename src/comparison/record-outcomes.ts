import { gatesFor } from '../config/gates-for.ts'
import type { BenchConfig, WorkloadConfig } from '../config/schema.ts'
import type { Completion } from '../evidence/schema.ts'
import { contractBreach } from '../gates/contract.ts'
import { isGood, scoresOf } from '../gates/quality.ts'
import { groupTrials } from '../gates/trials.ts'
import { isJudgeable } from '../gates/validity.ts'
import { isAnswered } from '../gates/verdict.ts'
import type { RecordOutcome, RecordOutcomes } from './paired-records.ts'

/**
 * Which records kept the contract, under today's limits; one asked several times by its worst answer. Pure.
 * @param withTime false: how long an answer took is left out of it, and one that was given up is not judged
 */
export function validOutcomes(
  completions: readonly Completion[],
  workload: WorkloadConfig,
  { withTime }: { readonly withTime: boolean },
): RecordOutcomes {
  const judged = completions.filter((each) => isJudgeable(each) && (withTime || !wasGivenUp(each)))
  const breaks = (each: Completion): boolean => {
    const cause = contractBreach(each, workload)?.cause
    return cause !== undefined && (withTime || cause !== 'too slow')
  }
  return new Map(
    groupTrials(judged).flatMap((trial): [string, RecordOutcome][] => {
      const worst = trial.find(breaks) ?? trial[0]
      return worst ? [[worst.record_sha256, { met: !breaks(worst), evidence_id: worst.id }]] : []
    }),
  )
}

/** Which records held enough of their expected facts; empty where they expect none. Pure. */
export function goodOutcomes(
  completions: readonly Completion[],
  config: BenchConfig,
  workload: string,
  { withTime }: { readonly withTime: boolean },
): RecordOutcomes {
  const { minimum_facts } = gatesFor(config, workload).quality
  const expectsFacts = completions.some((each) => isAnswered(each) && each.outcome.examination.facts.length > 0)
  if (!expectsFacts) return new Map()
  return new Map(
    scoresOf(completions.filter((each) => withTime || !wasGivenUp(each))).map((score) => [
      score.record_sha256,
      { met: isGood(score, minimum_facts), evidence_id: score.evidence_id },
    ]),
  )
}

/** Pure. */
export function wasGivenUp({ outcome }: Completion): boolean {
  return outcome.state === 'failed' && outcome.code === 'deadline-exceeded'
}
