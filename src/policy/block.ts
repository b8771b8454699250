import { milliseconds } from '../config/duration.ts'
import type { PolicyConfig } from '../config/policy-schema.ts'
import { isSameTag } from '../config/tag.ts'

/** A veto against local work, whoever wrote it. */
export interface Block {
  /** `.bench/policy.json`, or the governor's file as the config names it. */
  readonly file: string
  /** JSON pointer to it in a governor's file; absent for a block of bench-memo's own. */
  readonly pointer?: string
  /** sha256 of a governor's block as it stands: what a probe refuted is this value, not a later one. */
  readonly value_sha256?: string
  /** Absent where it vetoes every workload. */
  readonly workload?: string
  /** Tag or weights that it is about; absent where it names none. */
  readonly weights?: string
  readonly reason: string
  /** ISO 8601, UTC. */
  readonly created: string
  readonly expires?: string
  /** Of the machine's start under which it was written; absent where that is not known. */
  readonly boot_id?: string
}

/** Whether a block still holds. A stale one vetoes nothing by itself: it asks for a probe. */
export type BlockState =
  | { readonly state: 'active'; readonly until: string }
  | { readonly state: 'stale'; readonly why: string }

/** Now, as a block sees it. */
export interface Moment {
  readonly now: Date
  /** Of the machine's current start; undefined where the system does not say. */
  readonly boot_id: string | undefined
  /** How long this machine is up, milliseconds. */
  readonly up_ms?: number
}

/** Clocks of several machines, and of one that was set, differ by less. */
const clocksDiffer_ms = 5 * 60_000

/**
 * A block holds until it expires, but never longer than the bound after it was written, and not over a start of the
 * machine. One that was written later than now, by a clock that goes wrong or in another unit, says nothing of its age: it is stale,
 * since taken as of now it would hold for ever. Pure.
 */
export function blockState(block: Block, policy: Pick<PolicyConfig, 'block_bound'>, moment: Moment): BlockState {
  const now = moment.now.getTime()
  const written = Date.parse(block.created)
  const created = Math.min(written, now)
  const bound = created + milliseconds(policy.block_bound)
  const expires = block.expires === undefined ? bound : Date.parse(block.expires)
  if (block.boot_id !== undefined && moment.boot_id !== undefined && block.boot_id !== moment.boot_id)
    return { state: 'stale', why: `the machine was started anew since ${block.created}` }
  if (written - now > clocksDiffer_ms)
    return { state: 'stale', why: `${block.created}, when it was written, has not come yet` }
  if (now >= expires) return { state: 'stale', why: `it expired at ${new Date(expires).toISOString()}` }
  if (now >= bound)
    return { state: 'stale', why: `it is from ${block.created}, over ${policy.block_bound} ago (policy.block_bound)` }
  return { state: 'active', until: new Date(Math.min(expires, bound)).toISOString() }
}

/** How long a block holds after so many failed probes in a row, milliseconds. Pure. */
export function backoff_ms(policy: Pick<PolicyConfig, 'first_backoff' | 'longest_backoff'>, failures: number): number {
  const doublings = Math.min(Math.max(0, failures - 1), 50)
  return Math.min(milliseconds(policy.first_backoff) * 2 ** doublings, milliseconds(policy.longest_backoff))
}

/** What is known of a lane's model; absent where its runtime does not say. */
export interface BlockedModel {
  readonly tag: string
  readonly weights_sha256?: string | undefined
  readonly digest?: string | undefined
}

/**
 * Whether a block is about this workload on this model. One that names no weights is about all of them; one that names a
 * hash, or its beginning as `ollama list` shows it, is about a model whose hash is not known, too. A tag without its
 * version is its latest. Pure.
 */
export function concerns(block: Block, workload: string, model: BlockedModel): boolean {
  if (block.workload !== undefined && block.workload !== workload) return false
  if (block.weights === undefined) return true
  const named = bare(block.weights)
  if (isSameTag(named, bare(model.tag))) return true
  if (!isHash.test(named)) return false
  const hashes = [model.weights_sha256, model.digest].filter((each) => each !== undefined)
  return hashes.length === 0 || hashes.some((each) => bare(each).startsWith(named))
}

/** Whole, or as many digits as tell one model from another. */
const isHash = /^[0-9a-f]{12,64}$/

function bare(name: string): string {
  return name.toLowerCase().replace(/^sha256:/, '')
}
