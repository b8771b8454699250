import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type FileHash, hashFile } from '../cache/hash-file.ts'

/** The files of a model, each with its hash, and one hash over all of them. */
export interface HashedWeights {
  /** The file's own where there is one, else of the files' hashes in order, a line each; 64 hexadecimal digits. */
  readonly sha256: string
  readonly files: readonly HashedFile[]
}

export interface HashedFile extends FileHash {
  /** As it was declared: for a folder of weights, the path below it. */
  readonly file: string
}

export interface HashWeightsOptions {
  /** Told how far the reading of one file is; never for a file whose hash is remembered. */
  readonly onProgress?: (file: string, bytes_done: number, bytes_total: number) => void
}

/**
 * Hashes all weight files of a model: shards, adapters, projectors. A folder stands for the weights in it, by name.
 * Undefined where a file cannot be read or changes meanwhile: then nothing is proven about the weights.
 */
export async function hashWeights(
  declared: readonly string[],
  { onProgress }: HashWeightsOptions = {},
): Promise<HashedWeights | undefined> {
  try {
    const paths = declared.flatMap(filesIn)
    if (paths.length === 0) return undefined
    const files = await Promise.all(
      paths.map(async (file) => ({
        ...(await hashFile(file, onProgress && { onProgress: (done, total) => onProgress(file, done, total) })),
        file,
      })),
    )
    const [first, ...others] = files as [HashedFile, ...HashedFile[]]
    const all = files.map((each) => each.sha256).join('\n')
    return { sha256: others.length === 0 ? first.sha256 : createHash('sha256').update(all).digest('hex'), files }
  } catch {
    return undefined
  }
}

const holdsWeights = /\.(?:safetensors|bin|pth?|gguf)$/

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path)
    .filter((name) => holdsWeights.test(name))
    .sort()
  return names.map((name) => join(path, name))
}
