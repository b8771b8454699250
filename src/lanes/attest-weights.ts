import { isAbsolute } from 'node:path'
import type { HashedFile, HashedWeights } from '../identity/hash-weights.ts'
import type { AttestedWeights, Holding } from '../identity/prove.ts'
import { bytesHad } from '../machine/bytes-had.ts'
import { mappingOf, processStart_ms, seesAnother } from '../machine/mapped-files.ts'
import type { ModelDescription } from '../runtimes/runtime.ts'

/** Hashes what a runtime declares and looks whether its process holds it; undefined where there is nothing to hash. */
export type AttestWeights = (description: ModelDescription) => Promise<AttestedWeights | undefined>

/** The start of a process is known to about a second. */
const startMargin_ms = 1_500
/** Much less than all: the kernel takes back pages of a mapped file once they were copied to a GPU. */
const leastShare = 0.25

/**
 * Attests weights by their files. What a process holds is looked up once for each load of the same bytes: reading its
 * maps takes a tenth of a millisecond or more.
 */
export function createAttester(
  hashWeights: (files: readonly string[]) => Promise<HashedWeights | undefined>,
): AttestWeights {
  let last: { readonly key: string; readonly holding: Holding } | undefined
  return async (description) => {
    const declared = description.weights_files
    // A relative path, or a name of a hub, leads to something else from here.
    if (!declared?.length || !declared.every((file) => isAbsolute(file))) return undefined
    const hashed = await hashWeights(declared)
    if (!hashed) return undefined
    const { serving_pid, load_id } = description
    const bytes = hashed.files.map(({ device, inode, sha256 }) => `${device}:${inode}:${sha256}`)
    const key = [serving_pid, load_id, ...bytes].join(' ')
    if (last?.key !== key) last = { key, holding: await holdingOf(description, hashed.files) }
    return { ...hashed, holding: last.holding }
  }
}

async function holdingOf(
  { serving_pid, adapters, projectors }: ModelDescription,
  files: readonly HashedFile[],
): Promise<Holding> {
  if (serving_pid === undefined) return 'unknown'
  // These are read into memory, never mapped.
  const read = new Set([...(adapters ?? []).map(({ file }) => file), ...(projectors ?? [])])
  const mapping = await mappingOf(
    serving_pid,
    files.filter(({ file }) => !read.has(file)),
  )
  if (mapping === 'replaced') return 'replaced'
  const started_ms = await processStart_ms(serving_pid)
  // A name that is the hash of the content says what was there before, and elsewhere.
  const unnamed = files.filter(({ file, sha256 }) => !file.endsWith(`sha256-${sha256}`))
  // Mapped or not: what lies on a GPU, or was laid out anew for this processor, is a copy of what was there at the start.
  if (started_ms !== undefined && unnamed.some(({ written_ms }) => written_ms > started_ms + startMargin_ms))
    return 'younger'
  if (mapping !== 'not-mapped' || unnamed.length === 0) return mapping ?? 'unknown'
  const others = await Promise.all(unnamed.map((file) => seesAnother(serving_pid, { ...file, path: file.file })))
  return others.includes(true) || !(await mayHold(serving_pid, unnamed)) ? 'elsewhere' : 'not-mapped'
}

/** A tunnel to another machine, or a proxy, shows the same port, and the path may exist on both. */
async function mayHold(pid: number, files: readonly HashedFile[]): Promise<boolean> {
  const had = await bytesHad(pid)
  const size = files.reduce((sum, { size_bytes }) => sum + size_bytes, 0)
  return had === undefined || had >= leastShare * size
}
