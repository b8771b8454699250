import type { HashedFile, HashedWeights } from '../identity/hash-weights.ts'
import type { AttestedWeights, Holding } from '../identity/prove.ts'
import { mappingOf, processStart_ms } from '../machine/mapped-files.ts'
import type { ModelDescription } from '../runtimes/runtime.ts'

/** Hashes what a runtime declares and looks whether its process holds it; undefined where there is nothing to hash. */
export type AttestWeights = (description: ModelDescription) => Promise<AttestedWeights | undefined>

/** The start of a process is known to about a second. */
const startMargin_ms = 1_500

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
    if (!declared?.length) return undefined
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
  const younger = files.some(
    (file) =>
      started_ms !== undefined &&
      (mapping !== 'mapped' || read.has(file.file)) &&
      file.written_ms > started_ms + startMargin_ms &&
      // A name that is the hash of the content says what was there before.
      !file.file.endsWith(`sha256-${file.sha256}`),
  )
  return younger ? 'younger' : (mapping ?? 'unknown')
}
