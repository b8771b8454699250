import { gatesFor } from '../config/gates-for.ts'
import { locationOf, runtimeOf } from '../config/location.ts'
import { isAtLeast, requiredLevel } from '../config/required-level.ts'
import { type IdentityLevel, identityLevels, type RuntimeKind } from '../config/schema.ts'
import type { Completion } from '../evidence/schema.ts'
import { isEchoOfAnything, whatDiffers } from './other-model.ts'
import { type Gate, isAnswered, laneCompletions, whyTooFew } from './verdict.ts'
import { count } from './wording.ts'

/** Every answer must carry the lane's required level of proof and no contradiction. `unknown` is never `pass`. */
export const identityGate: Gate = (input) => {
  const { config, lane, workload } = input
  // Also answers to records that are not in the dataset: whoever answered those answers for the lane.
  const all = laneCompletions(input)
  const answered = all.filter(isAnswered)
  const laneConfig = config.lanes[lane]
  const pin = laneConfig?.weights ?? laneConfig?.digest
  // Of today's config, not as recorded: a requirement that was raised since counts.
  const required = requiredLevel(config, lane)
  const why = (completion: Completion) =>
    whyUnproven(completion, required, laneConfig?.weights) ??
    whyOtherDigest(completion, laneConfig?.digest) ??
    (isEchoOfAnything(completion, input) ? echoOfAnything : undefined)
  const common = {
    gate: 'identity',
    lane,
    workload,
    required: gatesFor(config, workload).identity.required,
    n: answered.length,
    needed: 1,
    expected: `every answer proven at level ${required} or above${pin === undefined ? '' : ` to come from ${shortHash(pin)}`}`,
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
  // Answers of two models are no evidence for either, though each may be proven.
  const offender =
    answered.find((each) => why(each) !== undefined) ?? answered.find((each) => whatDiffers(first, each) !== undefined)
  if (offender) {
    const reason =
      why(offender) ?? `${whatDiffers(first, offender)} than of the first answer: another model, in one verdict`
    return {
      ...common,
      status: 'fail',
      observed: `${count(answered.filter((each) => why(each) !== undefined).length || 1, 'answer')} of ${answered.length} unproven`,
      reason,
      offender: { record_id: offender.record_id, evidence_id: offender.id, why: reason },
      evidence_ids: [offender.id],
      remedy: remedyFor(runtimeOf(config, lane).kind, offender.identity.level, reason),
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
    observed: `${count(answered.length, 'answer')} at level ${lowest}${hash ? `, ${shortHash(hash)}` : ''}${pin === undefined ? ', unpinned' : ''}`,
    reason: isNamed
      ? 'the answers only repeat the name that was asked for'
      : pin !== undefined
        ? 'all answers are from the pinned weights'
        : 'all answers are from the same weights, which the config does not pin',
    evidence_ids: [first.id, answered.at(-1)?.id ?? first.id].filter((id, index, ids) => ids.indexOf(id) === index),
  }
}

const echoOfAnything = 'the server answers a tag that cannot exist, so the name that it repeats proves nothing'

function whyOtherDigest({ identity }: Completion, pin: string | undefined): string | undefined {
  if (pin === undefined || pin === `sha256:${identity.digest}`) return undefined
  return identity.digest === undefined
    ? 'the config pins the digest of the tag, and the runtime gave none'
    : `the tag has the digest ${shortHash(identity.digest)}, the config expects ${shortHash(pin)}`
}

function remedyFor(kind: RuntimeKind, level: IdentityLevel, reason: string): string {
  if (reason.includes('gateway')) return 'point the lane at the server itself; a gateway may answer with any model'
  if (reason.includes('is corrupt')) return 'fetch the model anew'
  if (reason.includes('could not be read here'))
    return 'let the user of this run read the weight files (of a system service: join its group, as `usermod -aG ollama`; of a container: mount its models under the same path here), or accept less with required_identity: declared-twice'
  if (reason.includes('passes questions on'))
    return "name the server's own host in endpoint (there declared-twice is what is required), mount its models under the same path here, or write required_identity: declared-twice"
  const isUnlooked = reason.startsWith('proven at level') && !isAtLeast(level, 'declared-twice')
  if (isUnlooked && kind === 'ollama')
    return 'keep the model in memory from one answer to the next: give the lane a longer keep_alive, and let no other program unload it'
  if (isUnlooked && kind === 'llama-server')
    return 'start llama-server with the absolute path of its model: where its process cannot be looked at, a relative one leads nowhere; a router or a sleeping server names none'
  const pins =
    kind === 'ollama'
      ? 'a changed tag needs a new pin (`digest:` or `weights:`; Ollama rewrites a file when a tag is made from it, so pin the hash of its blob)'
      : 'a changed tag needs a new pin (`weights:` in the lane)'
  return `look at what the runtime has loaded, and restart it where files changed; ${pins} or the old weights back`
}

/** What must be true where a local lane may serve on the strength of a name. */
const unprovenCondition = 'the server answers with the model it names, which nothing proves'

/** Why an answer does not count as a success of its lane; undefined where it does. */
export function whyUnproven(
  { identity }: Pick<Completion, 'identity'>,
  required: IdentityLevel,
  pin: string | undefined,
): string | undefined {
  const [contradiction] = identity.contradictions
  if (contradiction) return contradiction
  if (identity.level === 'none') return 'nothing says which model answered'
  const [note] = identity.notes ?? []
  const explained = note ? `: ${note}` : ''
  if (pin !== undefined && identity.weights_sha256 === undefined) {
    return `the config pins the weights, and this runtime cannot show them${explained}`
  }
  if (pin !== undefined && pin !== `sha256:${identity.weights_sha256}`) {
    return `the weights are ${shortHash(identity.weights_sha256)}, the config expects ${shortHash(pin)}`
  }
  // The hash of a file that may not be the one that was loaded keeps no promise.
  const least = pin !== undefined && !isAtLeast(required, 'weights') ? 'weights' : required
  if (!isAtLeast(identity.level, least)) {
    return `proven at level ${identity.level} only, ${least} is required${explained}`
  }
  return undefined
}

function rank(level: (typeof identityLevels)[number]): number {
  return identityLevels.indexOf(level)
}

function shortHash(hash: string | undefined): string {
  return `sha256:${(hash ?? '').replace('sha256:', '').slice(0, 12)}…`
}
