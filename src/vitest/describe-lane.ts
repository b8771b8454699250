import { beforeAll, inject, type SuiteAPI, type TestAPI, describe as vitestDescribe, test as vitestTest } from 'vitest'
import type { WorkloadConfig } from '../config/schema.ts'
import { workersFor } from '../config/workers-for.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import { registerMatchers } from './matchers.ts'
import { MissingPlugin, UnknownWorkload } from './misuse.ts'
import { standardBody } from './standard-body.ts'
import { bindLane, type TestLane } from './test-lane.ts'
import { workerLane } from './worker-lane.ts'

/** What a test in a lane's body may ask for by name. */
export interface LaneFixtures {
  /** The lane under test. */
  readonly lane: TestLane
  /** The workload's records, in order. */
  readonly records: readonly DatasetRecord[]
  /** The workload's limits: seconds per record, output tokens. */
  readonly limits: WorkloadConfig['limits']
}

/** What a body is given while tests are collected. */
export interface LaneBodyContext {
  /** Vitest's `test` with `lane`, `records` and `limits` as fixtures. */
  readonly test: TestAPI<LaneFixtures>
  readonly records: readonly DatasetRecord[]
  readonly limits: WorkloadConfig['limits']
}

/**
 * Registers a suite for a workload of bench.config.yaml, once for every candidate lane.
 * Without a body it runs the workload's standard probes and gates.
 */
export interface LaneSuite {
  (workload: string, body?: (context: LaneBodyContext) => void): void
  readonly only: LaneSuite
  readonly skip: LaneSuite
}

type Modifier = 'only' | 'skip' | 'todo' | 'concurrent' | 'sequential' | 'shuffle'
const modifiers: ReadonlySet<PropertyKey> = new Set<Modifier>([
  'only',
  'skip',
  'todo',
  'concurrent',
  'sequential',
  'shuffle',
])

/** Vitest's `describe` and all that it can do, with `lane` beside it and after every modifier. */
export type LaneDescribe = {
  readonly lane: LaneSuite
  // Before Vitest's own: of two signatures the first one is taken.
  readonly skipIf: (condition: unknown) => LaneDescribe
  readonly runIf: (condition: unknown) => LaneDescribe
} & { readonly [Each in Modifier]: LaneDescribe } & SuiteAPI

export const describe: LaneDescribe = withLane(vitestDescribe)

function withLane(suite: SuiteAPI): LaneDescribe {
  return new Proxy(suite, {
    get(target, key) {
      if (key === 'lane') return laneSuite(target)
      const value: unknown = Reflect.get(target, key)
      if (modifiers.has(key)) return withLane(value as SuiteAPI)
      if (key === 'skipIf' || key === 'runIf')
        return (condition: unknown) => withLane(target[key](condition) as SuiteAPI)
      return value
    },
  }) as LaneDescribe
}

function laneSuite(suite: SuiteAPI): LaneSuite {
  const register = (workload: string, body?: (context: LaneBodyContext) => void): void => {
    const bench = inject('benchMemo')
    if (!bench) throw new MissingPlugin(workload)
    const workloadConfig = bench.config.workloads[workload]
    if (!workloadConfig) throw new UnknownWorkload(workload, Object.keys(bench.config.workloads))
    if (!workloadConfig.lanes.includes(bench.lane)) {
      suite.skip(workload, () => vitestTest(`${bench.lane} is no candidate for ${workload}`, () => undefined))
      return
    }
    registerMatchers()
    const worker = workerLane(bench, workload)
    const records = worker.dataset.records.slice(0, recordLimit(workloadConfig))
    const { limits } = workloadConfig
    const workers = workersFor(bench.config, workload, bench.lane)
    const test = vitestTest
      .extend('lane', async ({ task, signal }) => bindLane(await worker.open(), { bench, worker, task, signal }))
      .extend('records', () => records)
      .extend('limits', () => limits) as unknown as TestAPI<LaneFixtures>
    // Each answer goes to every grader.
    const graders = Object.keys(workloadConfig.graders).length
    const options = {
      timeout:
        startAllowance_ms +
        (limits.seconds_per_record * 1000 + recordAllowance_ms) * records.length * (1 + graders) +
        workers.reduce((sum, [, { seconds, records: submitted }]) => sum + workerRuns * seconds * 1000 * submitted, 0),
      meta: { benchMemo: { lane: bench.lane, workload, records: records.length } },
    }
    suite(workload, options, () => {
      beforeAll(() => worker.turn(), 0)
      const context = { test, records, limits }
      if (body) body(context)
      else standardBody(context, { hasWorkers: workers.length > 0 })
    })
  }
  return Object.defineProperties(register, {
    only: { get: () => laneSuite(suite.only as SuiteAPI) },
    skip: { get: () => laneSuite(suite.skip as SuiteAPI) },
  }) as LaneSuite
}

/** Weights may have to be fetched. */
const startAllowance_ms = 20 * 60_000
/** Asking what is loaded, before and after a record. */
const recordAllowance_ms = 5_000
/** Each record goes to a worker with the lane's model and with one that cannot exist. */
const workerRuns = 2

/** A quick run asks fewer records; the gates still ask for as many, and say `insufficient`. */
function recordLimit({ limits }: WorkloadConfig): number | undefined {
  const quick = Number(process.env.BENCH_MEMO_RECORDS)
  return Number.isInteger(quick) && quick > 0 ? Math.min(quick, limits.records ?? quick) : limits.records
}

declare module 'vitest' {
  export interface TaskMeta {
    benchMemo?: { readonly lane: string; readonly workload: string; readonly records: number }
  }
}
