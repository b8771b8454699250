import { isAbsolute } from 'node:path'
import type { IdentityLevel } from '../config/schema.ts'
import type { IdentityProof } from '../evidence/identity-schema.ts'
import type { ModelDescription } from '../runtimes/runtime.ts'
import { contradictionsOf, wasReloaded } from './contradictions.ts'
import { namedAdapters, namedFile } from './named-file.ts'
import { isExpectedName } from './response-name.ts'

/** What was seen around one call. */
export interface Observation {
  readonly requested_model: string
  readonly response_model: string | undefined
  /** The name that answers carry, where the config says that it is another than the requested one; `*` for any characters. */
  readonly expected_response?: string | undefined
  readonly required: IdentityLevel
  /** The pin in the config, `sha256:…`. */
  readonly expected_weights: string | undefined
  /** The pin of what the runtime itself hashes (Ollama: the manifest), `sha256:…`. */
  readonly expected_digest?: string | undefined
  readonly before: ModelDescription | undefined
  readonly after: ModelDescription | undefined
  /** The declared files, hashed; absent where one could not be read. */
  readonly weights: AttestedWeights | undefined
  /** Where the lane's runtime is said to be. */
  readonly location: 'local' | 'cloud'
  /** Headers of a gateway that the answer came through. */
  readonly gateway?: Readonly<Record<string, string>> | undefined
}

/** Hashed files, and what the serving process has to do with them. */
export interface AttestedWeights {
  /** Over all files, 64 hexadecimal digits. */
  readonly sha256: string
  readonly files: readonly { readonly file: string; readonly sha256: string }[]
  readonly holding: Holding
}

/**
 * `mapped`: the process has the weights in its address space. `replaced`: it has a file of that path which is no longer
 * there. `younger`: a file was written after the process started, so what was loaded is unknown. `not-mapped`: it
 * read the files instead, or keeps them on a GPU. `elsewhere`: the files here are not those of that process, which sees
 * others under these paths or never had as many bytes. `unknown`: the process cannot be looked at.
 */
export type Holding = 'mapped' | 'replaced' | 'younger' | 'not-mapped' | 'elsewhere' | 'unknown'

/** What the process holds, or who really serves, is not known of these: their files prove nothing. */
const provesNothing: readonly Holding[] = ['younger', 'replaced', 'elsewhere']

/** The highest level that the observation proves, and what in it cannot be. Pure. */
export function proveIdentity(observation: Observation): IdentityProof {
  const { before, after, required, weights, gateway } = observation
  const declared = after ?? before
  const notes = notesOf(observation)
  return {
    level: levelOf(observation),
    required,
    ...(declared && {
      tag: declared.tag,
      ...given('digest', declared.digest),
      ...given('template_sha256', declared.template_sha256),
      ...given('context_in_force', declared.context_in_force),
      ...given('server_build', declared.server_build),
      ...given('served_elsewhere', declared.served_elsewhere),
      ...given('adapters', declared.adapters && namedAdapters(declared.adapters, weights)),
      ...given(
        'projectors',
        declared.projectors?.map((file) => namedFile(file, weights)),
      ),
    }),
    ...given('weights_sha256', weights?.sha256),
    ...given('declared_files', weights ? undefined : declared?.weights_files?.map(withoutFolder)),
    ...given('expected_weights_sha256', observation.expected_weights?.replace('sha256:', '')),
    ...given('expected_digest', observation.expected_digest?.replace('sha256:', '')),
    ...given('load_id_before', before?.load_id),
    ...given('load_id_after', after?.load_id),
    ...(gateway && { via_gateway: { ...gateway } }),
    ...(notes.length > 0 && { notes }),
    contradictions: contradictionsOf(observation),
  }
}

function levelOf({
  before,
  after,
  weights,
  response_model,
  requested_model,
  expected_response,
}: Observation): IdentityLevel {
  if (before?.weights_files?.length && after?.weights_files?.length) {
    if (!weights || provesNothing.includes(weights.holding)) return 'declared-twice'
    return weights.holding === 'mapped' ? 'mapped' : 'weights'
  }
  if (before?.weights_files?.length || after?.weights_files?.length) return 'declared'
  return isExpectedName(response_model, requested_model, expected_response) ? 'echo' : 'none'
}

/** What explains the level, or a match under another name. */
function notesOf({ before, after, weights }: Observation): string[] {
  const declared = after ?? before
  return [
    ...(weights?.holding === 'younger'
      ? ['a weight file was written after the serving process started: what it has loaded may be another']
      : []),
    ...(weights?.holding === 'elsewhere'
      ? [
          'the files of these paths here are not those of the process that listens there: it runs in a container, or passes questions on (a tunnel, a proxy)',
        ]
      : []),
    ...(!weights && declared?.weights_files?.every((file) => isAbsolute(file))
      ? ['the weight files that the runtime names could not be read here, so they were not hashed']
      : []),
    ...(weights?.holding === 'not-mapped'
      ? ['the serving process read the weights without mapping them, so no more than their file is proven']
      : []),
    ...(before && after && wasReloaded(before, after)
      ? ['the weights were loaded anew while the answer was made']
      : []),
    ...(declared?.loaded_as ? [`the same weights were loaded under the name ${declared.loaded_as}`] : []),
    ...(declared?.also_known_as ? [`another name of ${declared.also_known_as.join(', ')}`] : []),
  ]
}

/** Of a path as any system writes it; those of another machine begin with its name. */
function withoutFolder(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [Each in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [Each in Key]: Value })
}
