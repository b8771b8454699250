import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import type { BenchConfig } from '../config/schema.ts'
import { withExpectedWeights } from '../identity/expected-weights.ts'

/** The project that a command was called in. */
export interface ProjectConfig {
  /** Completed by the environment; runtimes that discovery would find are not in it. */
  readonly config: BenchConfig
  /** Folder of bench.config.yaml. */
  readonly root: string
  /** Of the file. */
  readonly sha256: string
}

/** Of the nearest bench.config.yaml, here or above. @throws ConfigError, also where there is none */
export async function projectConfig(
  from: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ProjectConfig> {
  const root = nearestConfig(from)
  const loaded = await loadConfig(join(root, 'bench.config.yaml'))
  const config = await withExpectedWeights(withEnvironment(loaded.config, environment), root)
  return { config, root, sha256: loaded.sha256 }
}

/** Where there is none, the folder itself: the message of what is missing names it. */
function nearestConfig(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'bench.config.yaml'))) return folder
    if (dirname(folder) === folder) return from
  }
}
