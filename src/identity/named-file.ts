import { basename } from 'node:path'
import type { ModelDescription } from '../runtimes/runtime.ts'
import type { AttestedWeights } from './prove.ts'

/** A weight file as evidence may name it: without its folder, which may name a user; with its hash where it was hashed. */
export function namedFile(file: string, weights: AttestedWeights | undefined): { name: string; sha256?: string } {
  const hashed = weights?.files.find((each) => each.file === file)
  return { name: basename(file), ...(hashed && { sha256: hashed.sha256 }) }
}

/** Adapters as evidence names them. */
export function namedAdapters(
  adapters: NonNullable<ModelDescription['adapters']>,
  weights: AttestedWeights | undefined,
): { name: string; sha256?: string; scale?: number }[] {
  return adapters.map(({ file, scale }) => ({ ...namedFile(file, weights), ...(scale !== undefined && { scale }) }))
}
