import type { BenchConfig, LaneConfig } from '../config/schema.ts'
import type { Dataset, DatasetRecord } from '../datasets/dataset.ts'
import { fillPrompt } from '../datasets/fill-prompt.ts'
import { promptText } from '../datasets/prompt-text.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { Completion } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { TrialParts } from '../evidence/trial-schema.ts'

/** What today's config and dataset would ask of a lane, and what made up the answers' fingerprints then. */
export interface Key {
  readonly config: BenchConfig
  readonly lane: string
  readonly dataset: Dataset
  /** As it was recorded for the answer's fingerprint; empty in evidence of versions that did not write it down. */
  readonly recorded: readonly TrialParts[]
  /** The same request today, of the model that gave the answer. */
  readonly now: TrialParts
  /** The answer's fingerprint if it were given today. */
  readonly fingerprint: string
}

/**
 * Why a stored answer is none to today's request; undefined where it is: same input and filled prompt, same model tag,
 * runtime and options, weights that today's pin allows. The schema is part of the request where the runtime was given it. Pure.
 */
export function whyOtherRequest(
  completion: Completion,
  record: DatasetRecord | undefined,
  key: Key,
): string | undefined {
  const { config, lane, dataset } = key
  if (!record) return 'the dataset no longer holds its record'
  const filled = promptText(fillPrompt(dataset.prompt, record.input))
  if (sha256(filled) !== completion.prompt.sha256) return 'prompt.md has changed since'
  return whyOtherOptions(completion, key) ?? whyOtherModel(completion, config.lanes[lane])
}

function whyOtherOptions(
  completion: Completion,
  { config, lane, recorded, now, fingerprint }: Key,
): string | undefined {
  if (recorded.length === 0) {
    const isSame =
      completion.options_sha256 === laneOptionsSha256(config, lane) && completion.fingerprint === fingerprint
    return isSame
      ? undefined
      : "its evidence does not say which schema and options it was asked under, and they are not today's"
  }
  for (const earlier of recorded) {
    const why = whatDiffers(earlier, now)
    if (why !== undefined) return why
  }
  return undefined
}

function whatDiffers(then: TrialParts, now: TrialParts): string | undefined {
  if (then.requested_model !== now.requested_model) {
    return `the lane asked for ${then.requested_model}, now for ${now.requested_model}`
  }
  if (then.runtime !== now.runtime || then.location !== now.location) {
    return `the lane's runtime was ${then.runtime} (${then.location}), now it is ${now.runtime} (${now.location})`
  }
  const names = [...new Set([...Object.keys(then.options), ...Object.keys(now.options)])].sort()
  const changed = names.filter((name) => then.options[name] !== now.options[name])
  if (changed.length > 0) {
    const text = changed.map((name) => `${name} ${then.options[name] ?? 'not set'} → ${now.options[name] ?? 'not set'}`)
    return `the request has changed since: ${text.join(', ')}`
  }
  return then.schema_sha256 !== now.schema_sha256 && now.options.structured_output !== 'none'
    ? 'schema.json has changed since, and the runtime was given it as a constraint: another request'
    : undefined
}

function whyOtherModel({ identity }: Completion, lane: LaneConfig | undefined): string | undefined {
  const { weights, digest } = lane ?? {}
  if (weights !== undefined && weights !== `sha256:${identity.weights_sha256}`) {
    return `the lane expects the weights ${short(weights)}, and it came from ${short(identity.weights_sha256)}`
  }
  if (digest !== undefined && digest !== `sha256:${identity.digest}`) {
    return `the lane expects the digest ${short(digest)}, and it came from ${short(identity.digest)}`
  }
  return undefined
}

/** Why a stored answer cannot be examined: what stands there is not what the model said. Pure. */
export function whyUnreadable(completion: Completion): string | undefined {
  if (completion.outcome.state !== 'answered') return undefined
  const { text, redactions = 0, sha256: said } = completion.outcome.answer
  if (text === undefined) return 'privacy kept no more of it than a hash'
  if (redactions > 0) return 'parts of it were masked before it was stored'
  return sha256(text) === said ? undefined : 'its text does not have its hash: one of them was changed'
}

function short(hash: string | undefined): string {
  return hash === undefined ? 'unknown weights' : `sha256:${hash.replace('sha256:', '').slice(0, 12)}…`
}
