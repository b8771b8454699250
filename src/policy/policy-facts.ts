import { join } from 'node:path'
import type { BenchConfig } from '../config/schema.ts'
import type { EvidenceFacts } from '../evidence/schema.ts'
import { thisProcess } from '../machine/process-mark.ts'
import { type Block, blockState } from './block.ts'
import { readGovernor } from './governor.ts'
import { isRefuted, ownBlocks } from './own-blocks.ts'
import { PolicyUnreadable, readPolicy } from './policy-file.ts'

/** All blocks as they stand now, bench-memo's own and the governors', as evidence. Never rejects for a file's content. */
export async function policyFacts(
  config: BenchConfig,
  root: string,
  now: Date,
): Promise<Extract<EvidenceFacts, { kind: 'policy' }>> {
  const moment = { now, boot_id: (await thisProcess()).boot_id }
  const problems: string[] = []
  const unlessUnreadable = async <Value>(reading: Promise<Value>, otherwise: Value): Promise<Value> => {
    try {
      return await reading
    } catch (error) {
      if (!(error instanceof PolicyUnreadable)) throw error
      problems.push(error.message)
      return otherwise
    }
  }
  const nothing = { version: 1 as const, blocks: [], clearances: [], proofs: [] }
  const state = await unlessUnreadable(readPolicy(join(root, '.bench')), nothing)
  const governed: Block[] = []
  for (const governor of config.policy.governors)
    governed.push(...(await unlessUnreadable(readGovernor(governor, root), [])))
  const blocks = [...ownBlocks(state), ...governed].map((block) => {
    const { value_sha256: _value, boot_id: _boot, expires: _expires, ...known } = block
    if (isRefuted(block, state)) return { ...known, state: 'refuted' as const, why: 'a probe has refuted it since' }
    const standing = blockState(block, config.policy, moment)
    return standing.state === 'active'
      ? { ...known, state: standing.state, why: `until ${standing.until}` }
      : { ...known, state: standing.state, why: standing.why }
  })
  return { kind: 'policy', blocks, problems }
}
