import { commandOf, type ProcessOptions, type ProcessWithCommand, readStat } from './process-table.ts'

/** More generations than any worker has: a circle of reused pids ends here. */
const mostGenerations = 64

/**
 * The processes from `ancestor` down to `pid`, both included. Only `pid` where the way up does not lead there, as after
 * a process in between has ended; empty where the system does not show processes.
 */
export async function processLineage(
  pid: number,
  ancestor: number,
  { root = '/proc' }: ProcessOptions = {},
): Promise<ProcessWithCommand[]> {
  const lineage: ProcessWithCommand[] = []
  for (let next = pid; lineage.length < mostGenerations; ) {
    const stat = await readStat(root, next)
    if (!stat) break
    lineage.unshift({ pid: next, started_at: stat.started_at, command: await commandOf(root, next) })
    if (next === ancestor) return lineage
    if (stat.parent <= 1) break
    next = stat.parent
  }
  return lineage.slice(-1)
}
