import { isAtLeast } from '../config/required-level.ts'
import type { Completion } from '../evidence/schema.ts'
import type { GateInput } from './verdict.ts'

/** What makes the one answer's model another than the other's; undefined where they are the same trial. */
export function whatDiffers(one: Completion, other: Completion): string | undefined {
  const [a, b] = [one.identity, other.identity]
  if (a.weights_sha256 !== b.weights_sha256) return 'its weights are other ones'
  if (JSON.stringify(a.adapters) !== JSON.stringify(b.adapters)) return 'its adapters are other ones'
  if (a.template_sha256 !== b.template_sha256) return 'its template, system prompt or parameters are other ones'
  // The prompt, the schema and the options of two runs that were merged.
  return one.fingerprint === other.fingerprint ? undefined : 'its prompt, schema or options are other ones'
}

/** An answer that shows no more than a name, by a server that gave an answer under a name that cannot exist. */
export function isEchoOfAnything({ identity, lane }: Completion, { evidence }: Pick<GateInput, 'evidence'>): boolean {
  return (
    !isAtLeast(identity.level, 'declared') &&
    evidence.some((each) => each.kind === 'lane' && each.lane === lane && each.negative_control === 'answered')
  )
}
