import type { RuntimeKind } from '../config/schema.ts'
import { variableIn } from '../machine/environment-variable.ts'
import { readKernelFile } from '../machine/kernel-file.ts'
import { type CacheType, isCacheType } from '../machine/load-estimate.ts'
import { parseCommand } from '../machine/process-table.ts'

/** What llama.cpp's servers keep keys and values in where nobody told them otherwise. */
export const usualCacheType = 'f16'

/** How a server was told to keep keys and values; what it was not told, or hides, is absent. */
export interface CacheSettings {
  /** Of keys; of values too, where they are not told apart. */
  readonly cache_type?: CacheType
  readonly value_cache_type?: CacheType
  /** Caches of a whole context each. */
  readonly sequences?: number
  /** Tokens, where neither request nor model says so. */
  readonly context?: number
}

/**
 * From the command line of a llama-server, or the environment of an Ollama daemon, where Linux' /proc shows them: no API
 * tells. Only these settings are looked at, and nothing else of either is kept.
 */
export function cacheSettings(kind: RuntimeKind, pid: number, root = '/proc'): CacheSettings {
  const environment = readKernelFile(`${root}/${pid}/environ`)
  const variable = (name: string): string | undefined => {
    const found = variableIn(environment, name)
    return found.state === 'set' ? found.value : undefined
  }
  if (kind === 'ollama') {
    const cache_type = typeNamed(variable('OLLAMA_KV_CACHE_TYPE'))
    const sequences = countIn(variable('OLLAMA_NUM_PARALLEL'))
    const context = countIn(variable('OLLAMA_CONTEXT_LENGTH'))
    return {
      ...(cache_type && { cache_type }),
      ...(sequences !== undefined && { sequences }),
      ...(context !== undefined && { context }),
    }
  }
  if (kind !== 'llama-server') return {}
  const words = parseCommand(readKernelFile(`${root}/${pid}/cmdline`) ?? '')
  const after = (...names: string[]): string | undefined =>
    words[words.findLastIndex((word) => names.includes(word)) + 1 || Number.NaN]
  const keys = typeNamed(after('-ctk', '--cache-type-k') ?? variable('LLAMA_ARG_CACHE_TYPE_K'))
  const values = typeNamed(after('-ctv', '--cache-type-v') ?? variable('LLAMA_ARG_CACHE_TYPE_V'))
  return {
    ...((keys || values) && { cache_type: keys ?? usualCacheType, value_cache_type: values ?? usualCacheType }),
    ...(isUnified(words, after('-np', '--parallel') ?? variable('LLAMA_ARG_N_PARALLEL'), variable) && { sequences: 1 }),
  }
}

/**
 * Whether all slots of a llama-server share one cache of the whole context, as they do where it was told so, or where
 * nobody told how many slots there shall be. False where its command line is hidden.
 */
function isUnified(
  words: readonly string[],
  slots: string | undefined,
  variable: (name: string) => string | undefined,
): boolean {
  // Then the pool is so many slots' contexts.
  if (words.includes('--kv-unified-per-slot') || variable('LLAMA_ARG_KV_UNIFIED_PER_SLOT') !== undefined) return false
  const told = words.findLast((word) => ['-kvu', '--kv-unified', '-no-kvu', '--no-kv-unified'].includes(word))
  if (told !== undefined) return !told.startsWith('-no') && !told.startsWith('--no')
  const set = variable('LLAMA_ARG_KV_UNIFIED')
  if (set !== undefined) return ['1', 'on', 'enabled', 'true'].includes(set)
  return words.length > 0 && (slots === undefined || Number(slots) < 0)
}

function typeNamed(name: string | undefined): CacheType | undefined {
  return isCacheType(name) ? name : undefined
}

function countIn(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined
}
