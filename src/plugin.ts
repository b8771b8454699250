import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Vite, Vitest } from 'vitest/node'
import { loadConfig } from './config/load.ts'
import { attachContext, contextOf } from './vitest/bench-context.ts'
import { startBench } from './vitest/bench-services.ts'
import { type EffectiveConfig, effectiveConfig } from './vitest/effective-config.ts'
import { laneProjects } from './vitest/lane-projects.ts'

export interface BenchMemoOptions {
  /** Path of the config, from Vite's root; `bench.config.yaml` where absent. */
  readonly config?: string
  /** Globs of the eval files; every `*.eval.ts` (js, mts, mjs) where absent. */
  readonly evals?: readonly string[]
}

/** Sources import each other as TypeScript; what is published does not. */
const fromSource = import.meta.url.endsWith('.ts')
const sourceCondition = 'bench-memo-source'
const defaultEvals = ['**/*.eval.?(m)[jt]s']

/**
 * The Vitest plugin: makes every candidate lane of bench.config.yaml a Vitest project that runs the eval files.
 * The project's own tests keep running as before, in a project named `tests` where there was none.
 */
export default function benchMemo(options: BenchMemoOptions = {}): Vite.Plugin[] {
  let loaded: EffectiveConfig | undefined
  let starting: Promise<void> | undefined

  const lanes: Vite.Plugin = {
    name: 'bench-memo:lane',
    configEnvironment() {
      return fromSource ? { resolve: { conditions: [sourceCondition] } } : undefined
    },
    async configureVitest({ vitest, project }) {
      if (!loaded) return
      starting ??= attach(vitest, loaded)
      await starting
      const lane = (project.config.provide as { benchMemoLane?: string } | undefined)?.benchMemoLane
      const context = contextOf(vitest)
      if (lane === undefined || !context) return
      const { url, token } = context.host
      project.provide('benchMemo', { lane, root: context.root, config: loaded.config, host: { url, token } })
    },
  }
  const projects: Vite.Plugin = {
    name: 'bench-memo',
    async config(config: Vite.UserConfig) {
      if (loaded) return undefined
      loaded = await readConfig(resolve(config.root ?? process.cwd()), options.config)
      const evals = options.evals ?? defaultEvals
      const plugins = (await Promise.all((config.plugins ?? []).flat(10))).flat(10) as Vite.Plugin[]
      return { test: { projects: laneProjects(loaded.config, config, evals, plugins) } } as Vite.UserConfig
    },
  }
  return [projects, lanes]
}

async function attach(vitest: Vitest, loaded: EffectiveConfig): Promise<void> {
  attachContext(vitest, await startBench(vitest, loaded))
}

async function readConfig(root: string, file = 'bench.config.yaml'): Promise<EffectiveConfig> {
  try {
    return await effectiveConfig(await loadConfig(nearestConfig(root, file)))
  } catch (error) {
    // Vitest prints the stack of what a config throws: here it would only hide the message.
    if (error instanceof Error) error.stack = error.message
    throw error
  }
}

/** The config at the root or in a folder above it, so that a nested Vitest root finds its workspace's. */
function nearestConfig(root: string, file: string): string {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, file))) return join(folder, file)
    if (dirname(folder) === folder) return join(root, file)
  }
}
