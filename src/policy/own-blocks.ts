import { join } from 'node:path'
import type { Block } from './block.ts'
import type { PolicyState } from './policy-file.ts'

const file = join('.bench', 'policy.json')

/** The blocks that failed preflights have written; of one lane where that is given, since a lane says nothing of another. */
export function ownBlocks({ blocks }: Pick<PolicyState, 'blocks'>, lane?: string): Block[] {
  return blocks
    .filter((each) => lane === undefined || each.lane === lane)
    .map(({ workload, weights, reason, stderr, created, expires, boot_id }) => ({
      file,
      workload,
      ...(weights !== undefined && { weights }),
      reason: stderr === '' ? reason : `${reason}: ${stderr}`,
      created,
      expires,
      ...(boot_id !== undefined && { boot_id }),
    }))
}

/** Whether a probe has refuted a governor's block as it stands: one that was written anew is another one, also in the same words. */
export function isRefuted(block: Block, { clearances }: Pick<PolicyState, 'clearances'>): boolean {
  return clearances.some(
    ({ file, pointer, value_sha256, cleared }) =>
      file === block.file &&
      pointer === block.pointer &&
      value_sha256 === block.value_sha256 &&
      Date.parse(block.created) <= Date.parse(cleared),
  )
}
