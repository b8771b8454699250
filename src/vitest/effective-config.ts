import { dirname } from 'node:path'
import { withEnvironment } from '../config/environment.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { BenchConfig } from '../config/schema.ts'
import { withDiscovered } from '../config/with-discovered.ts'
import type { Evidence } from '../evidence/schema.ts'
import { type Discovery, discover } from '../inventory/discover.ts'
import { withExpectedWeights } from './expected-weights.ts'
import { hashingLine } from './hashing-progress.ts'

/** The config as this run uses it: the file, what the environment gives, and what discovery found. */
export interface EffectiveConfig extends LoadedConfig {
  /** Without what was discovered here and now. */
  readonly undiscovered: BenchConfig
  /** Absent where the config does not ask for discovery. */
  readonly discovery?: Discovery
}

/** Completes a loaded config. Asks the usual endpoints of this machine where the config says `discover: true`. */
export async function effectiveConfig(loaded: LoadedConfig, environment = process.env): Promise<EffectiveConfig> {
  const undiscovered = await withExpectedWeights(
    withEnvironment(loaded.config, environment),
    dirname(loaded.path),
    (progress) => process.stderr.write(`${hashingLine(progress)}\n`),
  )
  if (!undiscovered.discover) return { ...loaded, config: undiscovered, undiscovered }
  const discovery = await discover(undiscovered, environment)
  return { ...loaded, config: withDiscovered(undiscovered, discovery.found), undiscovered, discovery }
}

/**
 * The config that evidence was taken under: a merged run saw the runtimes of its machine, not those of this one. Where
 * several machines found a server at the same place, its lanes are those of all of them, each once.
 */
export function configOfEvidence(
  { undiscovered, config }: Pick<EffectiveConfig, 'undiscovered' | 'config'>,
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
