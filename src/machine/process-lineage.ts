import { readFileSync } from 'node:fs'
import { type EnvironmentVariable, variableIn } from './environment-variable.ts'
import { type ProcessOptions, parseStat } from './process-table.ts'

/** A process on the way down to another one. */
export interface Generation {
  readonly pid: number
  /** Program and arguments; empty where the process hides them. */
  readonly command: readonly string[]
  /** One variable of its environment, as it was when its program was started. */
  readonly variable: EnvironmentVariable
}

/** More generations than anybody has: a circle of reused pids ends here. */
const mostGenerations = 64

/**
 * The processes from `ancestor` down to `pid`, both included, each with the named variable. Only `pid` where the way up
 * does not lead there, as after a process in between has ended; empty where the system does not show processes. Reads a
 * few small files of /proc in one go, so that a process which waits for the caller cannot end meanwhile.
 */
export function processLineage(
  pid: number,
  ancestor: number,
  name: string,
  { root = '/proc' }: ProcessOptions = {},
): Generation[] {
  const lineage: Generation[] = []
  for (let next = pid; lineage.length < mostGenerations; ) {
    const stat = parseStat(read(`${root}/${next}/stat`) ?? '')
    if (!stat) break
    const command = read(`${root}/${next}/cmdline`) ?? ''
    lineage.unshift({
      pid: next,
      command: command === '' ? [] : command.replace(/\0$/, '').split('\0'),
      variable: variableIn(read(`${root}/${next}/environ`), name),
    })
    if (next === ancestor) return lineage
    if (stat.parent <= 1) break
    next = stat.parent
  }
  return lineage.slice(-1)
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
