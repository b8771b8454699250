import { createHash } from 'node:crypto'
import { hashFile } from '../cache/hash-file.ts'

/**
 * sha256 over all weight files of a model: the file's own where there is one, else the hash of their hashes in order.
 * Undefined where a file cannot be read: then nothing is proven about the weights.
 */
export async function hashWeights(files: readonly string[]): Promise<string | undefined> {
  try {
    const hashes = await Promise.all(files.map(async (file) => (await hashFile(file)).sha256))
    if (hashes.length === 1) return hashes[0]
    return createHash('sha256').update(hashes.join('\n')).digest('hex')
  } catch {
    return undefined
  }
}
