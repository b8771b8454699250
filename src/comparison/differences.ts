import { canonicalJson } from '../evidence/read.ts'
import type { TrialParts } from '../evidence/trial-schema.ts'
import { seconds } from '../gates/wording.ts'
import { lessPremises } from './premises-without-parts.ts'
import type { Side } from './side.ts'

/** What may tell one measurement from another; the model first, since it is what people ask for first. */
export const factors = [
  'lane',
  'weights',
  'template',
  'adapters',
  'runtime',
  'runtime-version',
  'options',
  'prompt',
  'schema',
  'dataset',
  'deadline',
  'checker',
  'machine',
] as const
export type Factor = (typeof factors)[number]

/** One factor in which two sides differ, as "sha256:0123456789ab → sha256:ba9876543210". */
export interface Difference {
  readonly factor: Factor
  readonly text: string
}

/** In what two sides differ, and what is to be known about what they seem to share. */
export interface Premises {
  /** In the order of `factors`. */
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
  /** Why it cannot be told in what they differ. */
  readonly unknown?: string
}

/** Pure. */
export function premisesOf(a: Side, b: Side): Premises {
  const machine = machineDifference(a, b)
  if (!a.parts || !b.parts) {
    const { differences, notes, unknown } = lessPremises(a, b)
    return { differences: [...differences, ...machine], notes, ...(unknown !== undefined && { unknown }) }
  }
  const ofModel =
    a.lane === b.lane
      ? [...laneDifferences(a.parts, b.parts), ...engineDifference(a, b)]
      : [{ factor: 'lane' as const, text: `${a.lane} → ${b.lane}` }]
  const differences = [...ofModel, ...ofWorkload(a.parts, b.parts), ...machine]
  if (a.answer?.fingerprint !== b.answer?.fingerprint && !differences.some(isInFingerprint)) {
    return { differences, notes: [], unknown: 'their fingerprints differ, though none of the recorded parts does' }
  }
  return { differences, notes: a.lane === b.lane ? unknownModel(a.parts, b.parts) : [] }
}

/** The others are no part of what `trialFingerprint` hashes. */
const inFingerprint: ReadonlySet<Factor> = new Set([
  'lane',
  'weights',
  'template',
  'adapters',
  'options',
  'prompt',
  'schema',
])

function isInFingerprint({ factor }: Difference): boolean {
  return inFingerprint.has(factor)
}

/** The embedded engine is bench-memo's own: another version may prompt otherwise over the same llama.cpp. */
function engineDifference({ parts, versions }: Side, other: Side): Difference[] {
  if (parts?.runtime !== 'embedded' || other.parts?.runtime !== 'embedded') return []
  if (parts.server_build !== other.parts.server_build) return []
  const [before, after] = [versions, other.versions].map(
    (each) => `bench-memo ${each['bench-memo'] ?? 'of unknown version'}`,
  )
  return before === after ? [] : [{ factor: 'runtime-version', text: `${before} → ${after}` }]
}

/** Other weights bring their own template and name; another runtime brings its own version. */
function laneDifferences(a: TrialParts, b: TrialParts): Difference[] {
  const weights = weightsDifference(a, b)
  const template = weights ? undefined : templateDifference(a, b)
  const runtime = change('runtime', `${a.runtime} (${a.location})`, `${b.runtime} (${b.location})`)
  const version = runtime ? undefined : change('runtime-version', versionOf(a), versionOf(b))
  const adapters = change('adapters', adaptersOf(a), adaptersOf(b))
  return [weights, template, adapters, runtime, version, optionsDifference(a, b)].filter((each) => each !== undefined)
}

/** By the best that both sides know. Known on one side only, they are not known to be the same. */
function weightsDifference(a: TrialParts, b: TrialParts): Difference | undefined {
  const known = (['weights_sha256', 'digest', 'declared_files'] as const).find(
    (key) => a[key] !== undefined || b[key] !== undefined,
  )
  if (known === undefined) return change('weights', a.requested_model, b.requested_model)
  const [before, after] = [a[known], b[known]]
  if (before === undefined || after === undefined) {
    return { factor: 'weights', text: `${describeWeights(a)} → ${describeWeights(b)}` }
  }
  return canonicalJson(before) === canonicalJson(after)
    ? undefined
    : { factor: 'weights', text: `${describeWeights(a)} → ${describeWeights(b)}` }
}

function describeWeights({ requested_model, weights_sha256, digest, declared_files }: TrialParts): string {
  const hash = weights_sha256 ?? digest
  if (hash !== undefined) return `${requested_model} ${short(hash)}`
  return `${requested_model} (${declared_files ? `not hashed: ${declared_files.join(', ')}` : 'weights not known'})`
}

/** Of Ollama the digest holds template, system prompt and parameters beside the weights. */
function templateDifference(a: TrialParts, b: TrialParts): Difference | undefined {
  const own = change('template', shortOr(a.template_sha256), shortOr(b.template_sha256))
  if (own || a.weights_sha256 === undefined) return own
  return change('template', `manifest ${shortOr(a.digest)}`, `manifest ${shortOr(b.digest)}`)
}

function optionsDifference(a: TrialParts, b: TrialParts): Difference | undefined {
  const names = [...new Set([...Object.keys(a.options), ...Object.keys(b.options)])].sort()
  const changed = names.filter((name) => a.options[name] !== b.options[name])
  if (changed.length === 0) return undefined
  const text = changed.map((name) => `${name} ${a.options[name] ?? 'not set'} → ${b.options[name] ?? 'not set'}`)
  return { factor: 'options', text: text.join(', ') }
}

function ofWorkload(a: TrialParts, b: TrialParts): Difference[] {
  return [
    change('prompt', short(a.prompt_sha256), short(b.prompt_sha256)),
    change('schema', short(a.schema_sha256), short(b.schema_sha256)),
    change('dataset', `records ${short(a.records_sha256)}`, `records ${short(b.records_sha256)}`),
    change('deadline', seconds(a.seconds_per_record * 1000), seconds(b.seconds_per_record * 1000)),
    change('checker', `version ${a.checker_version}`, `version ${b.checker_version}`),
  ].filter((each) => each !== undefined)
}

/** A cloud's machine is not this one. A machine that was not written down is not known to be the same. */
function machineDifference(a: Side, b: Side): Difference[] {
  if (a.parts?.location === 'cloud' && b.parts?.location === 'cloud') return []
  if (a.machine && a.machine.fingerprint === b.machine?.fingerprint) return []
  return [{ factor: 'machine', text: `${describeMachine(a)} → ${describeMachine(b)}` }]
}

function describeMachine({ machine }: Side): string {
  return machine
    ? `${machine.cpu}, ${machine.cores} cores, ${machine.operating_system} (${short(machine.fingerprint)})`
    : 'not recorded'
}

function unknownModel(a: TrialParts, b: TrialParts): string[] {
  const isUnknown = [a, b].every(
    ({ weights_sha256, digest, declared_files }) => !weights_sha256 && !digest && !declared_files,
  )
  return [
    ...(isUnknown ? [`nothing proves the weights on either side: only the name ${a.requested_model} is the same`] : []),
    ...(a.runtime_version === undefined && a.server_build === undefined && a.runtime !== 'embedded'
      ? ['the runtime tells its version on neither side']
      : []),
  ]
}

function versionOf({ runtime_version, server_build }: TrialParts): string {
  return [...new Set([runtime_version ?? 'not told', server_build ?? 'build not told'])].join(', ')
}

function adaptersOf({ adapters }: TrialParts): string {
  return (
    (adapters ?? []).map(({ name, sha256, scale }) => `${name} ${shortOr(sha256)} × ${scale ?? '?'}`).join(', ') ||
    'none'
  )
}

function change(factor: Factor, before: string, after: string): Difference | undefined {
  return before === after ? undefined : { factor, text: `${before} → ${after}` }
}

function shortOr(hash: string | undefined): string {
  return hash === undefined ? 'not told' : short(hash)
}

function short(hash: string): string {
  return `sha256:${hash.replace('sha256:', '').slice(0, 12)}`
}
