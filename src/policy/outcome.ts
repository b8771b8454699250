import { join } from 'node:path'
import type { GovernorConfig } from '../config/policy-schema.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { IdentityProof } from '../evidence/identity-schema.ts'
import { type Block, backoff_ms, type Moment } from './block.ts'
import { clearInGovernor } from './governor.ts'
import { changePolicy } from './policy-file.ts'
import type { ProofSubject } from './proof.ts'
import type { Vetoes } from './vetoes.ts'

interface Outcome {
  readonly config: BenchConfig
  readonly root: string
  readonly subject: ProofSubject
  readonly moment: Moment
  readonly evidence_ids: readonly string[]
  /** The stale blocks that the probe decided about. */
  readonly stale: Vetoes['stale']
  /** What was done is added to these. */
  readonly notes: string[]
}

/** Proofs of long ago serve nobody. */
const keptProofs = 100

/** A probe succeeded: its proof serves the next preflights, and the stale blocks are gone or known to be refuted. */
export async function recordSuccess(
  outcome: Outcome & { readonly identity: IdentityProof | undefined; readonly conditions: readonly string[] },
): Promise<void> {
  const { config, root, subject, moment, stale, notes, identity } = outcome
  const at = moment.now.toISOString()
  const evidence_ids = [...outcome.evidence_ids]
  const governed = stale.map(({ block }) => block).filter(({ pointer }) => pointer !== undefined)
  await changePolicy(join(root, '.bench'), (state) => ({
    ...state,
    blocks: state.blocks.filter((each) => !(each.workload === subject.workload && each.lane === subject.lane)),
    clearances: [
      ...state.clearances.filter(
        ({ file, pointer }) => !governed.some((it) => it.file === file && it.pointer === pointer),
      ),
      ...governed.map(({ file, pointer = '', value_sha256 = '', created }) => ({
        file,
        pointer,
        value_sha256,
        // One that says it was written later than now is refuted all the same.
        cleared: Date.parse(created) > Date.parse(at) ? created : at,
        evidence_ids,
      })),
    ],
    proofs: [
      ...state.proofs.filter((each) => !(each.workload === subject.workload && each.lane === subject.lane)),
      {
        ...subject,
        ...(identity?.weights_sha256 !== undefined && { weights_sha256: identity.weights_sha256 }),
        ...(identity?.digest !== undefined && { digest: identity.digest }),
        ...(moment.boot_id !== undefined && { boot_id: moment.boot_id }),
        proven: at,
        conditions: [...outcome.conditions],
        evidence_ids,
      },
    ].slice(-keptProofs),
  }))
  // Of a list the last one first: what is taken out moves those behind it.
  for (const { block } of stale.toReversed()) {
    if (block.pointer === undefined) {
      notes.push(`cleared the block of ${block.created}: ${block.reason}`)
      continue
    }
    const governor = config.policy.governors.find((each) => holds(each, block))
    const clearing = governor && (await clearInGovernor(governor, block, root, moment.now))
    notes.push(
      clearing?.cleared
        ? `cleared ${block.pointer} in ${block.file}; its copy is ${clearing.copy}`
        : `refuted ${block.pointer} in ${block.file}: ${clearing?.why ?? 'it is no governor any more'}`,
    )
  }
}

/** Whether a block was read by this governor's settings: a file may stand in several, of which one lets it be edited. */
function holds({ file, pointer, each }: GovernorConfig, block: Block): boolean {
  if (file !== block.file || block.pointer === undefined) return false
  const below = block.pointer.slice(pointer.length)
  return block.pointer.startsWith(pointer) && (each ? /^\/[^/]*$/.test(below) : below === '')
}

/** Longer messages say no more. */
const longestSummary = 300

/** A probe failed: a fresh block, which holds longer with each failure in a row. What was proven before is not any more. */
export async function recordFailure(
  outcome: Outcome & { readonly failure: string; readonly model: string },
): Promise<void> {
  const { config, root, subject, moment, notes, failure, model } = outcome
  const { workload, lane } = subject
  const isOwn = (each: { workload: string; lane: string }) => each.workload === workload && each.lane === lane
  const { blocks } = await changePolicy(join(root, '.bench'), (state) => {
    const failures = 1 + Math.max(0, ...state.blocks.filter(isOwn).map((each) => each.failures))
    return {
      ...state,
      proofs: state.proofs.filter((each) => !isOwn(each)),
      blocks: [
        ...state.blocks.filter((each) => !isOwn(each)),
        {
          workload,
          lane,
          weights: model,
          reason: 'the preflight failed',
          evidence_ids: [...outcome.evidence_ids],
          created: moment.now.toISOString(),
          expires: new Date(moment.now.getTime() + backoff_ms(config.policy, failures)).toISOString(),
          ...(moment.boot_id !== undefined && { boot_id: moment.boot_id }),
          failures,
          exit_code: 1,
          stderr: failure.replace(/\s+/g, ' ').slice(0, longestSummary),
        },
      ],
    }
  })
  const written = blocks.find(isOwn)
  if (written) notes.push(`blocked until ${written.expires} (failure ${written.failures} in a row)`)
}
