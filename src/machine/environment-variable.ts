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
  if (text === undefined || stat?.started_at !== started_at) return { state: 'unreadable' }
  const entry = text.split('\0').find((each) => each.startsWith(`${name}=`))
  return entry === undefined ? { state: 'not-set' } : { state: 'set', value: entry.slice(name.length + 1) }
}
