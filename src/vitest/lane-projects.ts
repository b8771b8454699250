import type { TestProjectInlineConfiguration } from 'vitest/config'
import type { Vite } from 'vitest/node'
import { locationOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'

/** After whatever groups the user's own projects have. */
const firstGroup = 1000

type TestConfig = NonNullable<TestProjectInlineConfiguration['test']>

/**
 * One Vitest project a candidate lane, in the config's order, local lanes before cloud ones. Groups never overlap:
 * all files run on one lane before the next one starts, so a model is loaded once.
 * `plugins` are the root's, flattened; Vitest's own and the one that calls this are left out.
 * The user's own tests get a project where they have none; lanes take only `resolve` and plugins from the root.
 */
export function laneProjects(
  config: BenchConfig,
  root: Vite.UserConfig,
  evals: readonly string[],
  plugins: readonly (Vite.Plugin | false | null | undefined)[],
): TestProjectInlineConfiguration[] {
  const test = (root as { test?: TestConfig & { projects?: unknown } }).test ?? {}
  const inherited = plugins.filter(
    (plugin): plugin is Vite.Plugin => !!plugin && 'name' in plugin && !/^vitest(?::|$)|^bench-memo$/.test(plugin.name),
  )
  const candidates = orderedLanes(config)
  const lanes = candidates.map(
    (lane, index): TestProjectInlineConfiguration => ({
      extends: false,
      plugins: inherited,
      // A copy: Vitest writes into this object for the root, which would inline every dependency in lanes (1 s a start).
      resolve: { ...root.resolve },
      test: {
        name: lane,
        include: [...evals],
        provide: { benchMemoLane: lane } as never,
        fileParallelism: false,
        retry: 0,
        sequence: { groupOrder: firstGroup + index, shuffle: false, concurrent: false },
        ...(test.globals !== undefined && { globals: test.globals }),
        ...(test.pool !== undefined && { pool: test.pool }),
      },
    }),
  )
  const hasOwnTests = test.projects === undefined && !(Array.isArray(test.include) && test.include.length === 0)
  return [
    ...(hasOwnTests
      ? [{ extends: true, test: { name: candidates.includes('tests') ? 'own-tests' : 'tests' } } as const]
      : []),
    ...lanes,
  ]
}

function orderedLanes(config: BenchConfig): string[] {
  const candidates = new Set(Object.values(config.workloads).flatMap((workload) => workload.lanes))
  const lanes = Object.keys(config.lanes).filter((lane) => candidates.has(lane))
  return [
    ...lanes.filter((lane) => locationOf(config, lane) === 'local'),
    ...lanes.filter((lane) => locationOf(config, lane) === 'cloud'),
  ]
}
