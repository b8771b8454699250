import type { RuntimeKind } from '../config/schema.ts'
import { variableIn } from '../machine/environment-variable.ts'
import { readKernelFile } from '../machine/kernel-file.ts'
import { type CacheType, isCacheType } from '../machine/load-estimate.ts'
import { parseCommand } from '../machine/process-table.ts'

/** How a server was told to keep keys and values; what it was not told, or hides, is absent. */
export interface CacheSettings {
  readonly cache_type?: CacheType
  readonly sequences?: number
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
  if (kind === 'ollama') return settings([variable('OLLAMA_KV_CACHE_TYPE')], variable('OLLAMA_NUM_PARALLEL'))
  if (kind !== 'llama-server') return {}
  const words = parseCommand(readKernelFile(`${root}/${pid}/cmdline`) ?? '')
  const after = (...names: string[]): string | undefined =>
    words[words.findLastIndex((word) => names.includes(word)) + 1 || Number.NaN]
  return settings(
    [
      after('-ctk', '--cache-type-k') ?? variable('LLAMA_ARG_CACHE_TYPE_K'),
      after('-ctv', '--cache-type-v') ?? variable('LLAMA_ARG_CACHE_TYPE_V'),
    ],
    undefined,
  )
}

/** Where keys and values are told apart, the first that is told stands for both. */
function settings(types: readonly (string | undefined)[], sequences: string | undefined): CacheSettings {
  const cache_type = types.find((type) => type !== undefined)
  return {
    ...(isCacheType(cache_type) && { cache_type }),
    ...(sequences !== undefined && /^[1-9]\d{0,3}$/.test(sequences) && { sequences: Number(sequences) }),
  }
}
