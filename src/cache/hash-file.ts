import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, realpathSync, statSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { cacheFolder } from './cache-folder.ts'

/** What tells one state of a file from another without reading it; nanoseconds as decimal text. */
const stampSchema = z.strictObject({
  path: z.string(),
  size_bytes: z.number(),
  modified_ns: z.string(),
  // A file put back with its old modification time still has a new change time.
  changed_ns: z.string(),
  inode: z.string(),
  device: z.string(),
})
const remembered = stampSchema.extend({ sha256: z.string().regex(/^[0-9a-f]{64}$/) })
type Stamp = z.infer<typeof stampSchema>

export interface FileHash {
  /** 64 hexadecimal digits. */
  readonly sha256: string
  readonly size_bytes: number
  /** The file's path with symbolic links resolved. */
  readonly path: string
  /** True where an earlier hash of the very same file state was used. */
  readonly from_cache: boolean
  /** st_dev and st_ino, in decimal digits. */
  readonly device: string
  readonly inode: string
  /** When its content or its name was last written, milliseconds since 1970. */
  readonly written_ms: number
}

export interface HashFileOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (bytes_done: number, bytes_total: number) => void
  /** Folder of the persistent cache; the user's cache folder where absent. */
  readonly cache?: string
}

/**
 * sha256 of a file, read once per path, size, times, inode and device: a second call on an untouched file only
 * reads its metadata. Rejects with the file system's error (ENOENT, EACCES) or where the file changes meanwhile.
 */
export async function hashFile(file: string, options: HashFileOptions = {}): Promise<FileHash> {
  const stamp = stampOf(file)
  const found = (hash: string, from_cache: boolean): FileHash => {
    const { path, size_bytes, device, inode } = stamp
    return { sha256: hash, size_bytes, path, from_cache, device, inode, written_ms: writtenAt(stamp) }
  }
  const folder = path.join(options.cache ?? cacheFolder(), 'hashes')
  const key = `${folder}\0${stamp.path}`
  const last = lastHashes.get(key)
  if (last && same(last, stamp)) return found(last.sha256, true)
  const entry = entryFor(stamp, folder)
  const recalled = await recall(entry, stamp)
  if (recalled) {
    lastHashes.set(key, { ...stamp, sha256: recalled })
    return found(recalled, true)
  }

  const hash = createHash('sha256')
  let bytes_done = 0
  const stream = createReadStream(stamp.path, {
    highWaterMark: 1 << 20,
    ...(options.signal && { signal: options.signal }),
  })
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes_done += chunk.length
    options.onProgress?.(bytes_done, stamp.size_bytes)
  }
  const after = stampOf(file)
  if (!same(stamp, after))
    throw new Error(`${stamp.path} changed while it was hashed; run again when nothing writes it`)
  const sha256 = hash.digest('hex')
  lastHashes.set(key, { ...stamp, sha256 })
  await remember(folder, entry, { ...stamp, sha256 })
  return found(sha256, false)
}

/** The sha256 of a file where this very state of it was hashed before; the file is not read. Undefined else. */
export async function rememberedHash(
  file: string,
  { cache }: Pick<HashFileOptions, 'cache'> = {},
): Promise<string | undefined> {
  try {
    const stamp = stampOf(file)
    return await recall(entryFor(stamp, path.join(cache ?? cacheFolder(), 'hashes')), stamp)
  } catch {
    return undefined
  }
}

function entryFor(stamp: Stamp, folder: string): string {
  return path.join(folder, `${createHash('sha256').update(stamp.path).digest('hex').slice(0, 32)}.json`)
}

/** What this process has hashed or recalled, by cache folder and path: a lane asks for the same files after every answer. */
const lastHashes = new Map<string, z.infer<typeof remembered>>()

/** A file put in the place of another one keeps its own, older time of modification, but its name is written anew. */
function writtenAt({ modified_ns, changed_ns }: Stamp): number {
  return Math.max(Number(modified_ns), Number(changed_ns)) / 1e6
}

/** At once: asked after every answer, and promises would cost ten times as much. */
function stampOf(file: string): Stamp {
  const real = realpathSync.native(file)
  const facts = statSync(real, { bigint: true })
  return {
    path: real,
    size_bytes: Number(facts.size),
    modified_ns: String(facts.mtimeNs),
    changed_ns: String(facts.ctimeNs),
    inode: String(facts.ino),
    device: String(facts.dev),
  }
}

const stampKeys = Object.keys(stampSchema.shape) as (keyof Stamp)[]
const same = (one: Stamp, other: Stamp): boolean => stampKeys.every((key) => one[key] === other[key])

async function recall(entry: string, stamp: Stamp): Promise<string | undefined> {
  const content = await readFile(entry, 'utf8').catch(() => undefined)
  if (content === undefined) return undefined
  try {
    const { sha256, ...earlier } = remembered.parse(JSON.parse(content))
    return same(earlier, stamp) ? sha256 : undefined
  } catch {
    return undefined // a torn or foreign entry is no entry
  }
}

/** A cache that cannot be written costs time, never the answer. */
async function remember(folder: string, entry: string, record: z.infer<typeof remembered>): Promise<void> {
  const part = `${entry}.${randomUUID()}.part`
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(part, JSON.stringify(record))
    await rename(part, entry)
  } catch {
    await rm(part, { force: true }).catch(() => undefined)
  }
}
