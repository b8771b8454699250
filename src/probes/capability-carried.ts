import { runtimeOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { AskedCombination, CapabilitySubject } from '../evidence/capability-schema.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import { canonicalJson } from '../evidence/read.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import type { CapabilityFacts, CapabilityTask } from './capability.ts'
import { questionsVersion } from './capability-plan.ts'

/** Runtime, model and settings of a lane, as its last look in this run describes them; undefined where none does. Pure. */
export function capabilitySubject(
  config: BenchConfig,
  lane: string,
  evidence: readonly Evidence[],
): CapabilitySubject | undefined {
  const look = evidence.findLast(
    (each): each is EvidenceOf<'lane'> => each.kind === 'lane' && each.lane === lane && each.description !== undefined,
  )
  if (!look?.description) return undefined
  const { digest, weights_sha256, template_sha256, server_build } = look.description
  return {
    runtime: runtimeOf(config, lane).kind,
    ...(look.version !== undefined && { version: look.version }),
    ...(server_build !== undefined && { server_build }),
    requested_model: look.requested_model,
    ...(digest !== undefined && { digest }),
    ...(weights_sha256 !== undefined && { weights_sha256 }),
    ...(template_sha256 !== undefined && { template_sha256 }),
    options_sha256: laneOptionsSha256(config, lane),
    questions: questionsVersion,
  }
}

/** Either what an earlier run found, as facts of this one, or what has to be asked and why. */
export type CapabilityDecision =
  | { readonly carry: CapabilityFacts }
  | { readonly ask: Pick<CapabilityTask, 'because' | 'earlier'> }

/**
 * Whether an earlier run's matrix still holds: the same runtime, model and settings, all of them told, and all asked, as
 * far as the cap of today would allow. Pure.
 */
export function decideCapability(
  earlier: EvidenceOf<'capability'> | undefined,
  subject: CapabilitySubject,
  seconds: number,
): CapabilityDecision {
  if (!earlier) return { ask: { because: 'nothing-earlier' } }
  const then = earlier.subject
  if (then.questions !== subject.questions) return { ask: { because: 'questions-changed' } }
  if (then.options_sha256 !== subject.options_sha256) return { ask: { because: 'settings-changed' } }
  const origin = earlier.carried_from ?? { run_id: earlier.run_id, evidence_id: earlier.id, at: earlier.at }
  const before = { ...origin, subject: then, combinations: earlier.combinations }
  if (!isSameRuntime(then, subject)) return { ask: { because: 'runtime-changed', earlier: before } }
  if (canonicalJson(then) !== canonicalJson(subject)) return { ask: { because: 'model-changed', earlier: before } }
  if (!isTold(subject)) return { ask: { because: 'not-told-apart' } }
  if (!earlier.combinations.every((each) => isSettled(each, earlier.seconds >= seconds)))
    return { ask: { because: 'incomplete' } }
  const { id: _id, run_id: _run, at: _at, asked_because: _because, earlier: _before, ...facts } = earlier
  return { carry: { ...facts, carried_from: origin } }
}

function isSameRuntime(one: CapabilitySubject, other: CapabilitySubject): boolean {
  return one.runtime === other.runtime && one.version === other.version && one.server_build === other.server_build
}

/** Without a version or a hash another runtime or model would look the same. */
function isTold({ version, server_build, digest, weights_sha256 }: CapabilitySubject): boolean {
  return (version ?? server_build) !== undefined && (weights_sha256 ?? digest) !== undefined
}

/** Answered, refused by the server's own word, or left out under a cap that was no smaller than today's. */
function isSettled({ outcome }: AskedCombination, capHolds: boolean): boolean {
  if (outcome.state === 'answered') return true
  if (outcome.state === 'not-asked')
    return outcome.reason === 'would-reload' || (outcome.reason === 'time-cap' && capHolds)
  return outcome.code === 'request-refused' || outcome.status === 404 || outcome.status === 501
}
