import type { IdentityLevel } from '../config/schema.ts'
import type { IdentityProof } from '../evidence/schema.ts'
import type { ModelDescription } from '../runtimes/runtime.ts'

/** What was seen around one call. */
export interface Observation {
  readonly requested_model: string
  readonly response_model: string | undefined
  readonly required: IdentityLevel
  /** The pin in the config, `sha256:…`. */
  readonly expected_weights: string | undefined
  readonly before: ModelDescription | undefined
  readonly after: ModelDescription | undefined
  /** sha256 over all declared weight files; absent where one could not be read. */
  readonly weights_sha256: string | undefined
}

/** The highest level that the observation proves, and what in it cannot be. Pure. */
export function proveIdentity(observation: Observation): IdentityProof {
  const { before, after, required, requested_model, response_model, weights_sha256 } = observation
  const declared = after ?? before
  const expected = observation.expected_weights?.replace('sha256:', '')
  return {
    level: levelOf(observation),
    required,
    ...(declared && {
      tag: declared.tag,
      ...given('digest', declared.digest),
      ...given('template_sha256', declared.template_sha256),
      ...given('context_in_force', declared.context_in_force),
      ...given('server_build', declared.server_build),
    }),
    ...given('weights_sha256', weights_sha256),
    ...given('expected_weights_sha256', expected),
    ...given('load_id_before', before?.load_id),
    ...given('load_id_after', after?.load_id),
    contradictions: [
      ...(declared && declared.tag !== requested_model
        ? [`asked for ${requested_model}, the runtime declares ${declared.tag}`]
        : []),
      ...(!declared && response_model !== undefined && response_model !== requested_model
        ? [`asked for ${requested_model}, the response names ${response_model}`]
        : []),
      ...(before && after && !sameLoad(before, after)
        ? ['the weights were loaded anew while the answer was made']
        : []),
      ...(expected !== undefined && weights_sha256 !== undefined && expected !== weights_sha256
        ? [
            `the weights are sha256:${weights_sha256.slice(0, 12)}…, the config expects sha256:${expected.slice(0, 12)}…`,
          ]
        : []),
    ],
  }
}

function levelOf({ before, after, weights_sha256, response_model, requested_model }: Observation): IdentityLevel {
  if (before?.weights_files?.length && after?.weights_files?.length)
    return weights_sha256 === undefined ? 'declared-twice' : 'weights'
  if (before?.weights_files?.length || after?.weights_files?.length) return 'declared'
  return response_model === requested_model ? 'echo' : 'none'
}

function sameLoad(before: ModelDescription, after: ModelDescription): boolean {
  return (
    before.load_id === after.load_id &&
    before.digest === after.digest &&
    before.weights_files?.join('\0') === after.weights_files?.join('\0')
  )
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [Each in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [Each in Key]: Value })
}
