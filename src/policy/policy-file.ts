import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { prepareFolder } from '../cache/bench-folder.ts'
import { randomId } from '../evidence/random-id.ts'
import { takeLock } from '../lanes/machine-lock.ts'

/** `.bench/policy.json`: what preflights have found, for the next ones. */

const time = z.iso.datetime()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const ownBlock = z.strictObject({
  workload: z.string(),
  lane: z.string(),
  weights: z.string().optional().describe('of the model that failed, where it was proven; else its tag'),
  reason: z.string(),
  evidence_ids: z.array(z.string()),
  created: time,
  expires: time,
  boot_id: z.string().optional(),
  failures: z.int().min(1).describe('failed probes in a row; each doubles the time that it holds'),
  exit_code: z.int().describe('of the preflight that wrote it'),
  stderr: z.string().describe('what failed, in a line'),
})
const clearance = z.strictObject({
  file: z.string(),
  pointer: z.string(),
  value_sha256: sha256.describe("of the governor's block that a probe refuted; another value is another block"),
  cleared: time,
  evidence_ids: z.array(z.string()),
})
const proof = z.strictObject({
  workload: z.string(),
  lane: z.string(),
  options_sha256: sha256.describe("of the lane's settings"),
  contract_sha256: sha256.describe(
    "of the workload's settings, its dataset, the required level of proof and the runtime's place",
  ),
  weights_sha256: sha256.optional(),
  digest: z.string().optional(),
  boot_id: z.string().optional(),
  proven: time,
  conditions: z.array(z.string()).describe('under which its gates passed'),
  evidence_ids: z.array(z.string()),
})
const policySchema = z.strictObject({
  version: z.literal(1),
  blocks: z.array(ownBlock),
  clearances: z.array(clearance),
  proofs: z.array(proof),
})
export type PolicyState = z.infer<typeof policySchema>
export type OwnBlock = z.infer<typeof ownBlock>
export type Clearance = z.infer<typeof clearance>
export type Proof = z.infer<typeof proof>

/** A file of blocks that can't be read as such. What it vetoes is unknown, so nothing may go. */
export class PolicyUnreadable extends Error {
  override readonly name = 'PolicyUnreadable'
}

const empty: PolicyState = { version: 1, blocks: [], clearances: [], proofs: [] }

/** The state of a bench folder; empty where no preflight has run yet. @throws PolicyUnreadable */
export async function readPolicy(benchFolder: string): Promise<PolicyState> {
  const file = join(benchFolder, 'policy.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return empty
    throw new PolicyUnreadable(`${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  try {
    return policySchema.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s+/g, ' ') : (error as Error).message
    throw new PolicyUnreadable(`${file} is not what bench-memo writes: ${why}. Mend it, or remove it to begin anew`, {
      cause: error,
    })
  }
}

/**
 * Changes the state, one process at a time: read, changed and replaced as a whole behind a lock, so that no change is
 * lost and no reader sees half of it. @throws PolicyUnreadable
 */
export async function changePolicy(
  benchFolder: string,
  change: (state: PolicyState) => PolicyState,
): Promise<PolicyState> {
  await prepareFolder(benchFolder)
  const lock = await takeLock({ folder: join(benchFolder, 'locks'), name: 'policy', what: 'a change of policy.json' })
  try {
    const state = policySchema.parse(change(await readPolicy(benchFolder)))
    await replaceFile(join(benchFolder, 'policy.json'), `${JSON.stringify(state, undefined, 2)}\n`)
    return state
  } finally {
    await lock.release()
  }
}

/** What a file that replaces another one takes over from it. */
interface Replacement {
  /** Rights; of the owner alone where absent. */
  readonly mode?: number
  readonly owner?: { readonly uid: number; readonly gid: number }
  readonly times?: { readonly atime: Date; readonly mtime: Date }
  /** Asked in the last moment: nothing is replaced where it says so. */
  readonly unless?: () => Promise<boolean>
}

/**
 * Replaces a file as a whole: a reader, or a machine that loses power, sees the old content or the new one. Returns
 * whether it did. Rejects where an owner cannot be taken over: who writes the file must be able to go on with it.
 */
export async function replaceFile(
  file: string,
  content: string,
  { mode = 0o600, owner, times, unless }: Replacement = {},
): Promise<boolean> {
  const written = join(dirname(file), `.${randomId()}.writing`)
  try {
    const handle = await open(written, 'wx', 0o600)
    try {
      await handle.writeFile(content)
      const own = await handle.stat()
      if (owner && (own.uid !== owner.uid || own.gid !== owner.gid)) await handle.chown(owner.uid, owner.gid)
      await handle.chmod(mode) // after open, which takes the process's umask off
      if (times) await handle.utimes(times.atime, times.mtime)
      await handle.sync()
    } finally {
      await handle.close()
    }
    const isOff = (await unless?.()) ?? false
    if (isOff) await rm(written, { force: true })
    else await rename(written, file)
    return !isOff
  } catch (error) {
    await rm(written, { force: true })
    throw error
  }
}
