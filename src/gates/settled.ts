import { type GateName, gatesFor } from '../config/gates-for.ts'
import type { WorkloadConfig } from '../config/schema.ts'
import type { Completion, Evidence } from '../evidence/schema.ts'
import { earlierAnswers } from './attempts.ts'
import { contractBreach } from './contract.ts'
import { isSettledFailure } from './curtailment.ts'
import { judge } from './judge.ts'
import { isGood, scoresOf } from './quality.ts'
import { qualityAllowance } from './quality-allowance.ts'
import { isJudgeable } from './validity.ts'
import type { GateInput, Verdict } from './verdict.ts'

/** The gates that each record can decide, in the order in which a lane's standing takes their failures. */
const recordFed: readonly GateName[] = ['identity', 'validity', 'quality', 'latency']

/**
 * The required gate that has failed so that no further record could change it; undefined while all is open. A pass is
 * never settled before the last record: any answer may be unproven or broken. Pure.
 */
export function settledFailure(input: GateInput): Verdict | undefined {
  return recordFed
    .map((gate) => judge(gate, input))
    .find((verdict) => verdict.required && isSettledFailure(verdict, input))
}

/**
 * `settledFailure` of a run that grows: the same after every record, without judging all of them anew each time, which
 * would cost the square of their number. The gates are asked only where what is new could have settled one: an answer that
 * is broken, slow, leaks or is proven otherwise than those before, more poor ones than may be, or anything but answers.
 * @returns to be called with all evidence of the lane so far, which is only ever added to
 */
export function watchSettledFailure(
  about: Omit<GateInput, 'evidence'>,
): (evidence: GateInput['evidence']) => Verdict | undefined {
  const { config, lane, workload } = about
  const gates = gatesFor(config, workload)
  const settings = config.workloads[workload] as WorkloadConfig
  const proofs = new Set<string>()
  let failure: Verdict | undefined
  let looked = 0
  let poor = 0
  let poorAllowed = 0

  function couldSettle(completion: Completion): boolean {
    // All of them, whatever the first says: each keeps count.
    return [isProvenOtherwise(completion), isPoorOnceTooOften(completion), isBroken(completion)].includes(true)
  }

  function isProvenOtherwise({ outcome, fingerprint, identity }: Completion): boolean {
    if (!gates.identity.required || outcome.state !== 'answered') return false
    const proof = JSON.stringify([fingerprint, identity])
    const isNew = !proofs.has(proof)
    proofs.add(proof)
    return isNew
  }

  function isPoorOnceTooOften(completion: Completion): boolean {
    if (!gates.quality.required) return false
    const isPoor = scoresOf([completion]).some((each) => !isGood(each, gates.quality.minimum_facts))
    if (isPoor) poor += 1
    return isPoor && poor > poorAllowed
  }

  function isBroken(completion: Completion): boolean {
    const { outcome } = completion
    if (outcome.state === 'answered' && outcome.examination.leaks?.length) return true
    const isAsked = gates.validity.required || gates.latency.required
    return isAsked && isJudgeable(completion) && contractBreach(completion, settings) !== undefined
  }

  const isNews = (each: Evidence): boolean =>
    each.kind !== 'completion' || (each.lane === lane && each.workload === workload && couldSettle(each))

  return (evidence) => {
    if (failure) return failure
    const news = evidence.slice(looked)
    looked = evidence.length
    // No short cut: every answer must be counted.
    if (news.filter(isNews).length === 0) return undefined
    const input = { ...about, evidence }
    failure = settledFailure(input)
    // What is poor of earlier attempts counts too.
    poorAllowed = (qualityAllowance(input, 0)?.not_good ?? Number.POSITIVE_INFINITY) - earlierAnswers(input).length
    return failure
  }
}
