/**
 * What bench-memo adds to a case and to a start, against plain Vitest with fetch, in one run of this file:
 * `npm run benchmark`. The ways take turns, so that a slow moment of the machine meets all of them; ratio and
 * difference are taken within a round, then their median over the rounds is shown.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { createMiniProject } from '../support/mini-project.ts'
import { type BuiltPackage, buildPackage } from './built-package.ts'
import { type Comparison, renderTable } from './comparison.ts'
import {
  commonArguments,
  emptyLaneProject,
  emptyPlainProject,
  gateProject,
  laneProject,
  plainProject,
  timesFile,
  verifiedProject,
  type WorkerTimes,
} from './projects.ts'

const sizes = [
  { cases: 200, rounds: 5 },
  { cases: 2_000, rounds: 5 },
] as const
const startRounds = 5

interface Timing {
  readonly wall_ms: number
  /** In the worker, over all cases but the first; undefined where the project writes none. */
  readonly case_ms?: number
}

const loadBefore = loadavg()[0] as number
/** As it is published, because sources are transformed at every start. */
const bench: BuiltPackage = await buildPackage()
const server = fork(new URL('echo-server.ts', import.meta.url).pathname)
try {
  const [endpoint] = (await once(server, 'message')) as [string]
  const comparisons: Comparison[] = []
  for (const { cases, rounds } of sizes) comparisons.push(...(await compareCases(endpoint, cases, rounds)))
  comparisons.push(await compareStarts(endpoint))
  const cores = availableParallelism()
  const loadAfter = loadavg()[0] as number
  process.stdout.write(
    `${renderTable(comparisons)}\n\n` +
      'Median (least to greatest) of the rounds. A case counts from the end of the first to the end of the last, on\n' +
      "the worker's clock; answering takes a process of its own, on the same machine.\n" +
      `${cores} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}; load average ` +
      `${loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after (this benchmark's own work included)\n`,
  )
  if (loadBefore > cores)
    process.stdout.write(
      `warning: the load average was ${loadBefore.toFixed(2)} on ${cores} cores before the first run: other programs ` +
        'took time from these; end them and run again\n',
    )
} finally {
  server.disconnect()
  await bench.remove()
}

async function compareCases(endpoint: string, cases: number, rounds: number): Promise<Comparison[]> {
  const projects = [plainProject, laneProject, gateProject, verifiedProject]
  const ways = projects.map((project) => project(endpoint, cases))
  const [plain = [], lane = [], gate = [], verified = []] = await takeTurns(ways, rounds)
  const inWorker = (timings: readonly Timing[]) => timings.map(({ case_ms }) => case_ms as number)
  const wall = (timings: readonly Timing[]) => timings.map(({ wall_ms }) => wall_ms)
  return [
    { title: `${cases} cases, a test each: ms a case`, base: inWorker(plain), other: inWorker(lane) },
    { title: `${cases} cases, one gate's test, echo: ms a case`, base: inWorker(plain), other: inWorker(gate) },
    { title: `${cases} cases, one gate's test, verified: ms a case`, base: inWorker(plain), other: inWorker(verified) },
    { title: `${cases} cases, a test each: whole run, ms`, base: wall(plain), other: wall(lane) },
  ]
}

async function compareStarts(endpoint: string): Promise<Comparison> {
  const [plain = [], lane = []] = await takeTurns([emptyPlainProject(), emptyLaneProject(endpoint)], startRounds)
  const wall = (timings: readonly Timing[]) => timings.map(({ wall_ms }) => wall_ms)
  return { title: 'start-up, one empty test: whole run, ms', base: wall(plain), other: wall(lane) }
}

/** Runs the projects A B C A B C …: timings by project, then by round. */
async function takeTurns(ways: readonly Record<string, string>[], rounds: number): Promise<Timing[][]> {
  const timings = ways.map((): Timing[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, files] of ways.entries()) timings[index]?.push(await time(files))
  }
  return timings
}

async function time(files: Record<string, string>): Promise<Timing> {
  const project = await createMiniProject(files)
  try {
    await bench.installInto(project.folder)
    // By its path: in this repository the bare name means the repository's own build.
    const reporter = 'bench.config.yaml' in files ? [`--reporter=${bench.entryIn(project.folder)}`] : []
    const started = performance.now()
    const { output, exitCode } = await project.run([...commonArguments, ...reporter])
    const wall_ms = performance.now() - started
    const written = await project.read(timesFile).catch(() => undefined)
    // A lane that was opened and asked nothing has no evidence, so its run ends with 1.
    if (exitCode !== 0 && !output.includes('no record was asked'))
      throw new Error(`a run of the benchmark failed:\n${output}`)
    if (written === undefined) return { wall_ms }
    const { cases, from_first_to_last_ms } = JSON.parse(written) as WorkerTimes
    return { wall_ms, case_ms: from_first_to_last_ms / cases }
  } finally {
    await project.remove()
  }
}
