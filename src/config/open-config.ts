import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withEnvironment } from './environment.ts'
import { loadConfig } from './load.ts'
import type { BenchConfig } from './schema.ts'

/** The config that a command works by, completed by the environment, and its folder. */
export interface OpenedConfig {
  readonly config: BenchConfig
  readonly root: string
}

/** Reads the bench.config.yaml of the folder, or of the nearest one above it. @throws ConfigError */
export async function openConfig(from: string, named?: string): Promise<OpenedConfig> {
  const { config, path } = await loadConfig(named ?? join(nearest(from) ?? from, 'bench.config.yaml'))
  return { config: withEnvironment(config, process.env), root: dirname(path) }
}

function nearest(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'bench.config.yaml'))) return folder
    if (dirname(folder) === folder) return undefined
  }
}
