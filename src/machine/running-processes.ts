import { readdirSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { readKernelFile } from './kernel-file.ts'
import type { FilesystemOptions } from './memory-cgroup.ts'

/** A process and what it uses: the name of its program's file only, since arguments may hold secrets. */
export interface RunningProcess {
  readonly pid: number
  readonly parent: number
  readonly name: string
  readonly resident_bytes: number
  /** Processor time since it began, seconds. */
  readonly processor_seconds: number
}

/** sysconf(_SC_CLK_TCK), 100 on all of Linux' usual machines. */
const ticksPerSecond = 100

/** All processes of this machine, from Linux' /proc; undefined on other systems. */
export function runningProcesses({ filesystem = '' }: FilesystemOptions = {}): RunningProcess[] | undefined {
  const root = `${filesystem}/proc`
  const pids = names(root)
  if (pids.length === 0) return undefined
  return pids.flatMap((pid) => {
    const usage = parseUsage(readKernelFile(`${root}/${pid}/stat`) ?? '')
    const resident_bytes = kilobytes(readKernelFile(`${root}/${pid}/status`))
    if (!usage || resident_bytes === undefined) return []
    // A program may call itself what it likes, as by a part of its command line; its file tells no more than its name.
    return [{ ...usage, pid: Number(pid), name: programOf(root, pid) ?? usage.name, resident_bytes }]
  })
}

/** Fields 2, 4, 14 and 15 of /proc/pid/stat (proc_pid_stat(5)). The name may hold spaces and parentheses. Pure. */
export function parseUsage(text: string): Pick<RunningProcess, 'parent' | 'name' | 'processor_seconds'> | undefined {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')]
  const fields = text.slice(close + 2).split(' ')
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
  if (open < 0 || close < open || parent === undefined || user === undefined || system === undefined) return undefined
  return Number.isFinite(parent + user + system)
    ? { parent, name: text.slice(open + 1, close), processor_seconds: (user + system) / ticksPerSecond }
    : undefined
}

/** Another program, and how much of the machine it used between two looks. */
export interface BusyProcess {
  readonly name: string
  readonly resident_bytes: number
  readonly cores: number
}

/**
 * The largest of the processes of `after`, by memory and by processor time since `before`, leaving some out. Processes
 * of one name stand for themselves; those that used nothing are left out. Pure.
 */
export function largestProcesses(
  before: readonly RunningProcess[],
  after: readonly RunningProcess[],
  elapsed_ms: number,
  { without, most }: { readonly without: ReadonlySet<number>; readonly most: number },
): { readonly by_memory: BusyProcess[]; readonly by_processor: BusyProcess[] } {
  const earlier = new Map(before.map(({ pid, processor_seconds }) => [pid, processor_seconds]))
  const others = after
    .filter(({ pid }) => !without.has(pid))
    .map(({ pid, name, resident_bytes, processor_seconds }) => ({
      name,
      resident_bytes,
      cores: Math.max(0, Math.round((1e5 * (processor_seconds - (earlier.get(pid) ?? 0))) / elapsed_ms) / 100),
    }))
  const top = (by: 'resident_bytes' | 'cores'): BusyProcess[] =>
    others
      .filter((each) => each[by] > 0)
      .toSorted((one, other) => other[by] - one[by] || one.name.localeCompare(other.name))
      .slice(0, most)
  return { by_memory: top('resident_bytes'), by_processor: top('cores') }
}

/** Pids of a process, of those above it that run the same program, and of all below these. Pure. */
export function sameProgramFamily(
  processes: readonly RunningProcess[],
  pid: number,
  isSameProgram: (pid: number) => boolean,
): Set<number> {
  const parents = new Map(processes.map((each) => [each.pid, each.parent]))
  let eldest = pid
  for (let parent = parents.get(eldest); parent !== undefined && isSameProgram(parent); parent = parents.get(parent))
    eldest = parent
  const family = new Set([eldest])
  for (let grown = true; grown; ) {
    const children = processes.filter((each) => family.has(each.parent) && !family.has(each.pid))
    for (const child of children) family.add(child.pid)
    grown = children.length > 0
  }
  return family
}

/** File of the program that a process runs; undefined where it is another user's. */
export function programOf(root: string, pid: number | string): string | undefined {
  try {
    return basename(readlinkSync(`${root}/${pid}/exe`))
  } catch {
    return undefined
  }
}

function kilobytes(status: string | undefined): number | undefined {
  if (status === undefined) return undefined
  // The kernel's own threads have no memory.
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

function names(root: string): string[] {
  try {
    return readdirSync(root).filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}
