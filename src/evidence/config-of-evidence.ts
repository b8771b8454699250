import type { BenchConfig } from '../config/schema.ts'
import { withDiscovered } from '../config/with-discovered.ts'
import type { Evidence } from './schema.ts'

/**
 * The config that evidence was taken under: a merged run saw the runtimes of its machine, not those of this one. Where
 * several machines found a server at the same place, its lanes are those of all of them, each once. Pure.
 * @param loaded `config` is what counts where the evidence tells of no run; `undiscovered` the same without discovery
 */
export function configOfEvidence(
  { undiscovered, config }: { readonly undiscovered: BenchConfig; readonly config: BenchConfig },
  evidence: readonly Evidence[],
): BenchConfig {
  const runs = evidence.filter((each) => each.kind === 'run')
  if (runs.length === 0) return config
  const found = runs.flatMap((run) => run.discovered ?? [])
  const byPlace = Map.groupBy(found, ({ kind, endpoint }) => `${kind} ${endpoint}`)
  const united = [...byPlace.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, models: [...new Set([first, ...others].flatMap(({ models }) => models))] }] : [],
  )
  return withDiscovered(undiscovered, united)
}
