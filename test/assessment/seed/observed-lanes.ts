import { sha256 } from '../../../src/evidence/stored-text.ts'
import type { ModelDescription } from '../../../src/runtimes/runtime.ts'
import { filledIn } from './filled-in.ts'

/** A model as its runtime declares it, and the hash of its file. */
export interface ObservedModel {
  readonly description: ModelDescription
  readonly weights_sha256: string
}

const build = filledIn('ollama 0.31.0', 'the seed gives no version')

function observed(tag: string, parameters: string | undefined): ObservedModel {
  return {
    description: {
      tag,
      ...(parameters !== undefined && { parameters }),
      digest: filledIn(sha256(`manifest of ${tag}`), 'the seed gives no hashes'),
      weights_files: [filledIn(`${tag.replace(':', '-')}.gguf`, 'the seed gives no files')],
      load_id: filledIn(`load of ${tag}`, 'loaded once, before the first record'),
      server_build: build,
    },
    weights_sha256: filledIn(sha256(`weights of ${tag}`), 'the seed gives no hashes'),
  }
}

/** The two tags that the seed finds installed. */
export const qwen = observed('qwen3.6:27b', '27B')
export const phi = observed('phi4-mini', undefined)
