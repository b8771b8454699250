import { isAtLeast } from '../config/required-level.ts'
import type { IdentityProof } from '../evidence/identity-schema.ts'
import type { Completion } from '../evidence/schema.ts'
import type { GateInput } from './verdict.ts'

/** What makes the one answer's model another than the other's; undefined where they are the same trial. */
export function whatDiffers(one: Completion, other: Completion): string | undefined {
  // The prompt, the schema and the options of two runs that were merged.
  const asked = one.fingerprint === other.fingerprint ? undefined : 'its prompt, schema or options are other ones'
  return whatModelDiffers(one.identity, other.identity) ?? asked
}

/** The same of two proofs alone. Weights that could not be hashed are told apart by what the runtime names them. */
export function whatModelDiffers(a: IdentityProof, b: IdentityProof): string | undefined {
  if (a.weights_sha256 !== b.weights_sha256) return 'its weights are other ones'
  if (a.weights_sha256 === undefined && a.digest !== b.digest) return 'the digest of its tag is another one'
  if (a.weights_sha256 === undefined && JSON.stringify(a.declared_files) !== JSON.stringify(b.declared_files))
    return 'its weight files have other names'
  if (JSON.stringify(a.adapters) !== JSON.stringify(b.adapters)) return 'its adapters are other ones'
  return a.template_sha256 === b.template_sha256
    ? undefined
    : 'its template, system prompt or parameters are other ones'
}

/** An answer that shows no more than a name, by a server that gave an answer under a name that cannot exist. */
export function isEchoOfAnything({ identity, lane }: Completion, { evidence }: Pick<GateInput, 'evidence'>): boolean {
  return (
    !isAtLeast(identity.level, 'declared') &&
    evidence.some((each) => each.kind === 'lane' && each.lane === lane && each.negative_control === 'answered')
  )
}
