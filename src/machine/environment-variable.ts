import { readFile } from 'node:fs/promises'
import { type ProcessOptions, readStat, type SeenProcess } from './process-table.ts'

export type EnvironmentVariable =
  | { readonly state: 'set'; readonly value: string }
  | { readonly state: 'not-set' | 'unreadable' }

/**
 * One variable of a process as it was when its program was started, from Linux' /proc; nothing else of its environment
 * is kept. Changes that the program made to it are not seen. `unreadable`: another system or user, or it has ended.
 */
export async function environmentVariable(
  { pid, started_at }: SeenProcess,
  name: string,
  { root = '/proc' }: ProcessOptions = {},
): Promise<EnvironmentVariable> {
  const text = await readFile(`${root}/${pid}/environ`, 'utf8').catch(() => undefined)
  // What has ended shows an empty environment, and its pid may be another's by now.
  const stat = await readStat(root, pid)
  return variableIn(stat?.started_at === started_at ? text : undefined, name)
}

/** One variable in the text of /proc/pid/environ (proc_pid_environ(5)): the first, as getenv takes it. Pure. */
export function variableIn(environment: string | undefined, name: string): EnvironmentVariable {
  if (environment === undefined) return { state: 'unreadable' }
  const entry = environment.split('\0').find((each) => each.startsWith(`${name}=`))
  return entry === undefined ? { state: 'not-set' } : { state: 'set', value: entry.slice(name.length + 1) }
}
