import { readdirSync } from 'node:fs'
import { readKernelFile } from './kernel-file.ts'
import { childProcesses, type ProcessOptions } from './process-table.ts'

/** More generations than any server has. */
const deepest = 16

/**
 * A process and all its descendants, by the lists that Linux keeps with each thread (proc_pid_task_tid_children(5)):
 * some files instead of one for every process of the machine. Where the kernel keeps none, all processes are walked.
 */
export async function processFamily(pid: number, { root = '/proc' }: ProcessOptions = {}): Promise<number[]> {
  if (readKernelFile(`${root}/${pid}/task/${pid}/children`) === undefined)
    return [pid, ...(await childProcesses(pid, { root })).map((child) => child.pid)]
  const family = new Set([pid])
  let parents = [pid]
  for (let depth = 0; depth < deepest && parents.length > 0; depth += 1) {
    const children = parents.flatMap((parent) => childrenOf(parent, root)).filter((child) => !family.has(child))
    for (const child of children) family.add(child)
    parents = children
  }
  return [...family]
}

function childrenOf(pid: number, root: string): number[] {
  return threadsOf(`${root}/${pid}/task`).flatMap((thread) =>
    (readKernelFile(`${root}/${pid}/task/${thread}/children`) ?? '')
      .split(' ')
      .flatMap((child) => (child === '' ? [] : Number(child))),
  )
}

function threadsOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
