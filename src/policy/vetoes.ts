import { join } from 'node:path'
import type { BenchConfig } from '../config/schema.ts'
import { type Block, type BlockedModel, blockState, concerns, type Moment } from './block.ts'
import { readGovernor } from './governor.ts'
import { isRefuted, ownBlocks } from './own-blocks.ts'
import { type PolicyState, readPolicy } from './policy-file.ts'

/** The blocks that are about a workload on a lane, told apart by whether they still hold. */
export interface Vetoes {
  readonly active: readonly { readonly block: Block; readonly until: string }[]
  /** These ask for a probe, which decides. */
  readonly stale: readonly { readonly block: Block; readonly why: string }[]
  /** Governors' blocks that a probe has refuted since they were written, as far as their file still holds them. */
  readonly refuted: readonly Block[]
}

/** A lane and what is known of its model. */
export interface KnownLane extends BlockedModel {
  readonly lane: string
}

/** Reads bench-memo's own blocks and the governors'. @throws PolicyUnreadable where what vetoes the work is not known */
export async function readVetoes(
  config: BenchConfig,
  root: string,
  workload: string,
  lane: KnownLane,
  moment: Moment,
): Promise<Vetoes> {
  const [state, ...governed] = await Promise.all([
    readPolicy(join(root, '.bench')),
    ...config.policy.governors.map((governor) => readGovernor(governor, root)),
  ])
  return vetoesOf([...ownBlocks(state, lane.lane), ...governed.flat()], state, config, workload, lane, moment)
}

/** Pure. */
export function vetoesOf(
  blocks: readonly Block[],
  state: Pick<PolicyState, 'clearances'>,
  { policy }: Pick<BenchConfig, 'policy'>,
  workload: string,
  lane: KnownLane,
  moment: Moment,
): Vetoes {
  const active: { block: Block; until: string }[] = []
  const stale: { block: Block; why: string }[] = []
  const refuted: Block[] = []
  for (const block of blocks) {
    if (!concerns(block, workload, lane)) continue
    const standing = blockState(block, policy, moment)
    if (isRefuted(block, state)) refuted.push(block)
    else if (standing.state === 'active') active.push({ block, until: standing.until })
    else stale.push({ block, why: standing.why })
  }
  return { active, stale, refuted }
}
