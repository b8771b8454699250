import type { BenchConfig } from '../config/schema.ts'
import type { Evidence, EvidenceOf, KnownModel } from '../evidence/schema.ts'
import type { Statement } from './statement.ts'

/**
 * What is worth knowing of the model behind a lane beside its verdicts: how it met a tag that cannot exist, other names
 * of the same weights, and what changed since the latest whole run. Pure.
 */
export function identityNotes(evidence: readonly Evidence[], config: BenchConfig, lane: string): Statement[] {
  const known = knownModel(evidence, lane)
  const look = looksOf(evidence, lane).findLast(({ description }) => description !== undefined)
  const ids = look ? [look.id] : []
  const say = (text: string): Statement => ({ text, evidence_ids: ids })
  const description = look?.description
  return [
    ...controlNote(evidence, lane),
    ...(description?.loaded_as ? [say(`its weights were loaded under the name ${description.loaded_as}`)] : []),
    ...(description?.also_known_as
      ? [say(`the tag is another name of ${description.also_known_as.join(', ')}: the same model`)]
      : []),
    ...(known ? twins(evidence, config, lane, known).map(say) : []),
    ...(known ? drift(evidence, lane, known).map(say) : []),
  ]
}

/** The model behind a lane as its looks describe it; undefined where none does. */
export function knownModel(evidence: readonly Evidence[], lane: string): KnownModel | undefined {
  const description = looksOf(evidence, lane).findLast(
    ({ description }) => (description?.weights_sha256 ?? description?.digest) !== undefined,
  )?.description
  if (!description) return undefined
  const { weights_sha256, template_sha256, digest, adapters } = description
  return {
    ...(weights_sha256 !== undefined && { weights_sha256 }),
    ...(template_sha256 !== undefined && { template_sha256 }),
    ...(digest !== undefined && { digest }),
    ...(adapters && { adapters }),
  }
}

function looksOf(evidence: readonly Evidence[], lane: string): EvidenceOf<'lane'>[] {
  return evidence.filter((each): each is EvidenceOf<'lane'> => each.kind === 'lane' && each.lane === lane)
}

function controlNote(evidence: readonly Evidence[], lane: string): Statement[] {
  const asked = looksOf(evidence, lane).filter(({ negative_control }) => negative_control !== undefined)
  const look = asked.find(({ negative_control }) => negative_control !== 'not-asked') ?? asked[0]
  if (!look?.negative_control) return []
  const words = {
    refused: 'a tag that cannot exist was refused',
    answered: 'a tag that cannot exist was answered: the server does not check names',
    failed: 'a tag that cannot exist gave neither an answer nor a refusal',
    'not-asked': 'no tag that cannot exist was asked for',
  } as const
  return [{ text: words[look.negative_control], evidence_ids: [look.id] }]
}

/** Other lanes with the same weights: the same model, or another one by its template or adapters. */
function twins(evidence: readonly Evidence[], config: BenchConfig, lane: string, own: KnownModel): string[] {
  return Object.keys(config.lanes).flatMap((other) => {
    const theirs = other === lane ? undefined : knownModel(evidence, other)
    if (!theirs || own.weights_sha256 === undefined || theirs.weights_sha256 !== own.weights_sha256) return []
    return sameModel(own, theirs)
      ? [`the same model as ${other}`]
      : [`the same weights as ${other} with another template, system prompt or adapter: another model for quality`]
  })
}

function drift(evidence: readonly Evidence[], lane: string, own: KnownModel): string[] {
  const previous = evidence.find((each) => each.kind === 'run')?.previous
  const before = previous?.lanes[lane]
  if (!previous || !before) return []
  const since = `since the latest whole run (${previous.run_id})`
  const [then, now] = [before.weights_sha256, own.weights_sha256]
  if (then !== undefined && now !== undefined && then !== now) {
    return [
      `the weights changed ${since}: sha256:${then.slice(0, 12)}… then, sha256:${now.slice(0, 12)}… now; what was measured then is of another model`,
    ]
  }
  // Of a runtime on another host only the digest is known.
  if (then === undefined && now === undefined && before.digest !== own.digest)
    return [`the tag has another digest ${since}: what was measured then may be of another model`]
  return sameModel(own, before)
    ? []
    : [
        `the template, system prompt, parameters or adapters changed ${since}: another model for quality, under the same weights`,
      ]
}

function sameModel(one: KnownModel, other: KnownModel): boolean {
  return (
    one.template_sha256 === other.template_sha256 && JSON.stringify(one.adapters) === JSON.stringify(other.adapters)
  )
}
