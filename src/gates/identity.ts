import { gatesFor } from '../config/gates-for.ts'
import { locationOf } from '../config/location.ts'
import { isAtLeast, requiredLevel } from '../config/required-level.ts'
import { type IdentityLevel, identityLevels } from '../config/schema.ts'
import type { Completion } from '../evidence/schema.ts'
import { completionsOf, type Gate, isAnswered, whyTooFew } from './verdict.ts'
import { count } from './wording.ts'

/** Every answer must carry the lane's required level of proof and no contradiction. `unknown` is never `pass`. */
export const identityGate: Gate = (input) => {
  const { config, lane, workload } = input
  const all = completionsOf(input)
  const answered = all.filter(isAnswered)
  const laneConfig = config.lanes[lane]
  const pinned = laneConfig?.weights !== undefined
  // Of today's config, not as recorded: a requirement that was raised since counts.
  const required = requiredLevel(config, lane)
  const why = (completion: Completion) => whyUnproven(completion, required, laneConfig?.weights)
  const common = {
    gate: 'identity',
    lane,
    workload,
    required: gatesFor(config, workload).identity.required,
    n: answered.length,
    needed: 1,
    expected: `every answer proven at level ${required} or above${pinned ? ` to come from ${shortHash(laneConfig.weights)}` : ''}`,
  } as const
  const [first] = answered
  if (!first) {
    return {
      ...common,
      status: 'not-measured',
      observed: 'no answer',
      reason: whyTooFew(input, all),
      evidence_ids: all.slice(0, 1).map((each) => each.id),
      remedy: 'make the lane answer, then run again',
    }
  }
  const hashes = new Set(answered.map((each) => each.identity.weights_sha256))
  const offender =
    answered.find((each) => why(each) !== undefined) ??
    (hashes.size > 1
      ? answered.find((each) => each.identity.weights_sha256 !== first.identity.weights_sha256)
      : undefined)
  if (offender) {
    const reason = why(offender) ?? 'its weights differ from those of the first answer'
    return {
      ...common,
      status: 'fail',
      observed: `${count(answered.filter((each) => why(each) !== undefined).length || 1, 'answer')} of ${answered.length} unproven`,
      reason,
      offender: { record_id: offender.record_id, evidence_id: offender.id, why: reason },
      evidence_ids: [offender.id],
      remedy:
        'look at what the runtime has loaded; a changed tag needs a new pin (`weights:` in the lane) or the old weights back',
    }
  }
  const lowest = answered.map((each) => each.identity.level).reduce((a, b) => (rank(a) <= rank(b) ? a : b))
  const hash = first.identity.weights_sha256
  const isNamed = !isAtLeast(lowest, 'declared')
  return {
    ...common,
    status: 'pass',
    // A cloud's word is all that can be had of it; on the premises more can be proven, and a name is no proof.
    ...(isNamed && locationOf(config, lane) === 'local' && { condition: unprovenCondition }),
    observed: `${count(answered.length, 'answer')} at level ${lowest}${hash ? `, ${shortHash(hash)}` : ''}${pinned ? '' : ', unpinned'}`,
    reason: isNamed
      ? 'the answers only repeat the name that was asked for'
      : pinned
        ? 'all answers are from the pinned weights'
        : 'all answers are from the same weights, which the config does not pin',
    evidence_ids: [first.id, answered.at(-1)?.id ?? first.id].filter((id, index, ids) => ids.indexOf(id) === index),
  }
}

/** What must be true where a local lane may serve on the strength of a name. */
const unprovenCondition = 'the server answers with the model it names, which nothing proves'

/** Why a completion does not count as a success of its lane; undefined where it does. */
function whyUnproven({ identity }: Completion, required: IdentityLevel, pin: string | undefined): string | undefined {
  const [contradiction] = identity.contradictions
  if (contradiction) return contradiction
  if (identity.level === 'none') return 'nothing says which model answered'
  if (pin !== undefined && identity.weights_sha256 === undefined) {
    return 'the config pins the weights, and this runtime cannot show them'
  }
  if (pin !== undefined && pin !== `sha256:${identity.weights_sha256}`) {
    return `the weights are ${shortHash(identity.weights_sha256)}, the config expects ${shortHash(pin)}`
  }
  if (!isAtLeast(identity.level, required)) return `proven at level ${identity.level} only, ${required} is required`
  return undefined
}

function rank(level: (typeof identityLevels)[number]): number {
  return identityLevels.indexOf(level)
}

function shortHash(hash: string | undefined): string {
  return `sha256:${(hash ?? '').replace('sha256:', '').slice(0, 12)}…`
}
