import { dirname, join } from 'node:path'
import { kernelCount, readKernelFile } from './kernel-file.ts'

/** The control group whose limit is the tightest of those that a process lives in. */
export interface MemoryCgroup {
  readonly version: 1 | 2
  /** Folder of its files. */
  readonly folder: string
  /** Bytes; absent where none of the groups has a limit below the machine's memory. */
  readonly limit?: number
}

/** One look at a control group; a number that it does not show is absent. */
export interface CgroupReading {
  /** Bytes in use, without file pages that the kernel can drop at once. */
  readonly used?: number
  /** Processes of it that were killed for want of memory, since it was made. */
  readonly oom_kills?: number
  /** How often its limit was met, since it was made. */
  readonly limit_hits?: number
}

export interface FilesystemOptions {
  /** Stands before every path of the kernel's files; empty where absent. */
  readonly filesystem?: string
}

/**
 * The control group of a process that leaves it the least memory: its own or one above it, of cgroup v2 (the kernel's
 * Documentation/admin-guide/cgroup-v2.rst) or v1 (cgroup-v1/memory.rst). Undefined where the process is in none that
 * accounts memory, or cannot be seen.
 */
export function findMemoryCgroup(
  pid: number,
  machine_bytes: number,
  { filesystem = '' }: FilesystemOptions = {},
): MemoryCgroup | undefined {
  const mounts = parseMounts(readKernelFile(`${filesystem}/proc/self/mountinfo`) ?? '')
  const own = parseOwnGroups(readKernelFile(`${filesystem}/proc/${pid}/cgroup`) ?? '')
  for (const { version, mount, root } of mounts) {
    const path = own[version]
    if (path === undefined) continue
    const top = `${filesystem}${mount}`
    // In a container the mount shows only the part below its own group.
    const within =
      path === root
        ? '/'
        : path.startsWith(root === '/' ? '/' : `${root}/`)
          ? path.slice(root === '/' ? 0 : root.length)
          : '/'
    const leaf = join(top, within)
    if (readKernelFile(join(leaf, version === 2 ? 'memory.current' : 'memory.usage_in_bytes')) === undefined) continue
    let tightest: (MemoryCgroup & { readonly left: number }) | undefined
    for (let folder = leaf; folder.startsWith(top); folder = dirname(folder)) {
      const limit = readLimit(folder, version)
      const used = limit === undefined ? undefined : readCgroup({ version, folder }).used
      if (
        limit !== undefined &&
        used !== undefined &&
        limit < machine_bytes &&
        limit - used < (tightest?.left ?? Number.POSITIVE_INFINITY)
      )
        tightest = { version, folder, limit, left: limit - used }
      if (folder === top) break
    }
    return tightest ? { version, folder: tightest.folder, limit: tightest.limit as number } : { version, folder: leaf }
  }
  return undefined
}

/** What a control group shows now. */
export function readCgroup({ version, folder }: Pick<MemoryCgroup, 'version' | 'folder'>): CgroupReading {
  const read = (name: string): string | undefined => readKernelFile(join(folder, name))
  const stat = read('memory.stat')
  const events = read(version === 2 ? 'memory.events' : 'memory.oom_control')
  const usage = number(read(version === 2 ? 'memory.current' : 'memory.usage_in_bytes'))
  const droppable = kernelCount(stat, version === 2 ? 'inactive_file' : 'total_inactive_file') ?? 0
  const oom_kills = kernelCount(events, 'oom_kill')
  const limit_hits = version === 2 ? kernelCount(events, 'max') : number(read('memory.failcnt'))
  return {
    ...(usage !== undefined && { used: Math.max(0, usage - droppable) }),
    ...(oom_kills !== undefined && { oom_kills }),
    ...(limit_hits !== undefined && { limit_hits }),
  }
}

function readLimit(folder: string, version: 1 | 2): number | undefined {
  // cgroup v2 writes `max`, v1 a number near 2^63, where there is no limit.
  return number(readKernelFile(join(folder, version === 2 ? 'memory.max' : 'memory.limit_in_bytes')))
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined
}

interface Mount {
  readonly version: 1 | 2
  readonly mount: string
  /** Which group the mount shows at its top. */
  readonly root: string
}

/** Where groups that may account memory are mounted, in the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). Pure. */
export function parseMounts(text: string): Mount[] {
  const mounts = text.split('\n').flatMap((line): Mount[] => {
    const [, , , root = '', mount = '', ...rest] = line.split(' ')
    const [type, , options = ''] = rest.slice(rest.indexOf('-') + 1)
    if (type === 'cgroup2') return [{ version: 2, mount, root }]
    return type === 'cgroup' && options.split(',').includes('memory') ? [{ version: 1, mount, root }] : []
  })
  // Where both are mounted, the old one accounts memory if it is mounted for it.
  return mounts.toSorted((one, other) => one.version - other.version)
}

/** A process's groups by version, in the text of /proc/pid/cgroup (cgroups(7)). Pure. */
export function parseOwnGroups(text: string): { readonly 1?: string; readonly 2?: string } {
  const groups: { 1?: string; 2?: string } = {}
  for (const line of text.split('\n')) {
    const [, hierarchy, controllers = '', path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined) continue
    if (hierarchy === '0' && controllers === '') groups[2] = path
    else if (controllers.split(',').includes('memory')) groups[1] = path
  }
  return groups
}
