import { dirname } from 'node:path'
import { withEnvironment } from '../config/environment.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { BenchConfig } from '../config/schema.ts'
import { withDiscovered } from '../config/with-discovered.ts'
import { withExpectedWeights } from '../identity/expected-weights.ts'
import { type Discovery, discover } from '../inventory/discover.ts'
import { hashingLine, hashingProgress } from './hashing-progress.ts'

/** The config as this run uses it: the file, what the environment gives, and what discovery found. */
export interface EffectiveConfig extends LoadedConfig {
  /** Without what was discovered here and now. */
  readonly undiscovered: BenchConfig
  /** Absent where the config does not ask for discovery. */
  readonly discovery?: Discovery
}

/** Completes a loaded config. Asks the usual endpoints of this machine where the config says `discover: true`. */
export async function effectiveConfig(loaded: LoadedConfig, environment = process.env): Promise<EffectiveConfig> {
  const undiscovered = await withExpectedWeights(withEnvironment(loaded.config, environment), dirname(loaded.path), {
    onProgress: hashingProgress((progress) => process.stderr.write(`${hashingLine(progress)}\n`)),
  })
  if (!undiscovered.discover) return { ...loaded, config: undiscovered, undiscovered }
  const discovery = await discover(undiscovered, environment)
  return { ...loaded, config: withDiscovered(undiscovered, discovery.found), undiscovered, discovery }
}
