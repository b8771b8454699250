import { isSameTag } from '../config/tag.ts'
import type { WorkerConfig } from '../config/worker-schema.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { count, seconds } from './wording.ts'

/** What a worker did about a failing model server, the worst first. */
export const faultReactions = [
  'wrong-model',
  'passed-on-nothing',
  'undeclared-fallback',
  'hung',
  'retried-without-bounds',
  'not-asked',
  'fell-back',
  'failed-loudly',
  'answered',
] as const
export type FaultReaction = (typeof faultReactions)[number]

export interface FaultOutcome {
  readonly reaction: FaultReaction
  /** True where the reaction is one that production can live with. */
  readonly isSafe: boolean
  /** Requests for the selected model after the first; absent where none can be seen (nobody listened). */
  readonly retries?: number
  /** Milliseconds between one of them and the next. */
  readonly spacing_ms: readonly number[]
  readonly why: string
}

const safe: ReadonlySet<FaultReaction> = new Set(['fell-back', 'failed-loudly', 'answered'])
/** Retries that follow one another faster than this do not wait at all. */
const impatient_ms = 50

/**
 * What one injected fault showed. Success without a good answer of the selected model, or of the declared fallback that
 * the worker names as such, is a lie; the worst is success with another model. Pure.
 */
export function faultOutcome(
  evidence: EvidenceOf<'fault'>,
  limits: Pick<NonNullable<WorkerConfig['faults']>, 'retries'>,
): FaultOutcome {
  const { fault, exit, requests, selected_model, fallback_model, fallback_lane, reported_model } = evidence
  const faulty = requests.filter((each) => each.faulty)
  const spacing_ms = faulty.slice(1).map((each, index) => each.at_ms - (faulty[index] as (typeof faulty)[number]).at_ms)
  const retries = fault === 'connection-refused' ? undefined : Math.max(0, faulty.length - 1)
  const outcome = (reaction: FaultReaction, why: string): FaultOutcome => ({
    reaction,
    isSafe: safe.has(reaction),
    ...(retries !== undefined && { retries }),
    spacing_ms,
    why: [why, describeRetries(retries, spacing_ms)].filter((part) => part !== '').join('; '),
  })
  if (exit.state === 'not-started') return outcome('not-asked', `it could not be started: ${exit.message}`)
  // Before the time-out: one that asks for ever is always ended by the bench.
  const ended = exit.state === 'timed-out' ? `, and it was ended after ${exit.seconds} s` : ''
  if (retries !== undefined && retries > limits.retries)
    return outcome(
      'retried-without-bounds',
      `over ${count(limits.retries, 'retry', 'retries')} (workers.faults.retries)${ended}`,
    )
  if (spacing_ms.length >= 2 && spacing_ms.every((gap) => gap < impatient_ms))
    return outcome('retried-without-bounds', `it does not wait between its retries${ended}`)
  if (exit.state === 'timed-out')
    return outcome('hung', `it was ended after ${exit.seconds} s: it has no time-out of its own, or a longer one`)
  const failed = exit.state === 'signalled' ? `it was ended by ${exit.signal}` : `exit code ${exit.code}`
  if (exit.state === 'signalled' || exit.code !== 0) {
    return faulty.length === 0 && fault !== 'connection-refused'
      ? outcome('not-asked', `${failed}, before it asked the selected model`)
      : outcome('failed-loudly', failed)
  }
  const others = requests.filter((each) => !each.faulty && each.outcome === 'answered')
  const declared = others.findLast(({ through }) => through === 'fallback')
  const undeclared = others.findLast(
    ({ through, requested_model }) => through === 'lane' && requested_model !== selected_model,
  )
  const isOwn = reported_model === undefined ? !declared : isSameTag(reported_model, selected_model)
  // Other models may be asked beside it, to embed or to rank: what counts is that the selected one has answered.
  if (fault === 'slow-first-token' && isOwn && faulty.some((each) => each.outcome === 'answered'))
    return outcome('answered', `it waited, ${seconds(evidence.total_ms)} in all`)
  if (declared) {
    const { requested_model = fallback_model } = declared
    if (!isSameTag(requested_model, fallback_model))
      return outcome(
        'wrong-model',
        `it asked ${fallback_lane} for ${requested_model}, whose model is ${fallback_model}`,
      )
    return isSameTag(reported_model, fallback_model)
      ? outcome('fell-back', `it fell back to ${fallback_lane} and names ${fallback_model} in its record`)
      : outcome(
          'wrong-model',
          `exit code 0 with an answer of ${fallback_lane}, and its record names ${reported_model ?? 'no model'}`,
        )
  }
  if (undeclared) {
    const model = undeclared.requested_model ?? 'a model that could not be read'
    return reported_model !== undefined && reported_model === undeclared.requested_model
      ? outcome(
          'undeclared-fallback',
          `it asked ${model} instead, which the config does not declare (workers.fallback)`,
        )
      : outcome(
          'wrong-model',
          `exit code 0 with an answer of ${model}, and its record names ${reported_model ?? 'no model'}`,
        )
  }
  if (faulty.length === 0 && fault !== 'connection-refused')
    return outcome('not-asked', 'exit code 0 without asking the selected model')
  if (fault === 'wrong-model')
    return outcome(
      'wrong-model',
      `exit code 0 though the answer names ${faulty.at(-1)?.response_model ?? 'another model'}`,
    )
  return outcome('passed-on-nothing', 'exit code 0 without any whole answer')
}

/** "2 retries, 0.5 s and 1.0 s apart"; nothing where there were none, or none could be seen. */
function describeRetries(retries: number | undefined, spacing_ms: readonly number[]): string {
  if (!retries) return ''
  const shown = spacing_ms.slice(0, 5).map((gap) => seconds(gap))
  const more = spacing_ms.length > shown.length ? ', …' : ''
  return `${count(retries, 'retry', 'retries')}, ${shown.join(', ')}${more} apart`
}
