import { readFile, readlink, stat } from 'node:fs/promises'
import { type ProcessOptions, readStat } from './process-table.ts'

/** A file as the file system knows it. */
export interface FileMark {
  /** Symbolic links resolved. */
  readonly path: string
  /** st_dev and st_ino, in decimal digits. */
  readonly device: string
  readonly inode: string
}

/**
 * `mapped`: the process has all the files in its address space. `replaced`: it has a file that once had one of these
 * paths and is no longer there, so what lies there now is another one. `not-mapped`: neither.
 */
export type Mapping = 'mapped' | 'replaced' | 'not-mapped'

/** One line of /proc/<pid>/maps that names a file. */
interface MappedFile {
  readonly path: string
  readonly device: string
  readonly inode: string
}

/**
 * How a process has files mapped, from Linux' /proc. Undefined where the system does not let one see it: another
 * system, another user's process, a process that has ended.
 */
export async function mappingOf(
  pid: number,
  files: readonly FileMark[],
  { root = '/proc' }: ProcessOptions = {},
): Promise<Mapping | undefined> {
  const text = await readFile(`${root}/${pid}/maps`, 'utf8').catch(() => undefined)
  // A process that has ended, but for its exit status, maps nothing.
  if (!text) return undefined
  const mapped = parseMaps(text)
  if (files.length > 0 && files.every((file) => mapped.some((each) => isSame(each, file)))) return 'mapped'
  const gone = new Set(mapped.flatMap(({ path }) => (path.endsWith(deleted) ? [path.slice(0, -deleted.length)] : [])))
  return files.some(({ path }) => gone.has(path)) ? 'replaced' : 'not-mapped'
}

const deleted = ' (deleted)'

/** The files in a text of /proc/<pid>/maps (proc_pid_maps(5)). Pure. */
export function parseMaps(text: string): MappedFile[] {
  const files = new Map<string, MappedFile>()
  for (const line of text.split('\n')) {
    const [, major = '', minor = '', inode = '', path = ''] =
      /^\S+ \S+ \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)\s+(\/.*)$/.exec(line) ?? []
    if (path === '') continue
    const name = path.replaceAll('\\012', '\n')
    files.set(`${name} ${inode}`, { path: name, device: deviceNumber(major, minor), inode })
  }
  return [...files.values()]
}

/** As stat(2) packs it (gnu_dev_makedev). */
function deviceNumber(major: string, minor: string): string {
  const [high, low] = [BigInt(`0x${major}`), BigInt(`0x${minor}`)]
  return String(((high & 0xfffn) << 8n) | ((high & ~0xfffn) << 32n) | (low & 0xffn) | ((low & ~0xffn) << 12n))
}

/** Some file systems show a process another device than stat does: then the path must be the same as well. */
function isSame(mapped: MappedFile, file: FileMark): boolean {
  return mapped.inode === file.inode && (mapped.device === file.device || mapped.path === file.path)
}

/**
 * Whether a process sees another file under an absolute path than this one does, as in a container. False where both
 * have the same mounts, and where it cannot be told.
 */
export async function seesAnother(
  pid: number,
  file: FileMark,
  { root = '/proc' }: ProcessOptions = {},
): Promise<boolean> {
  try {
    const mounts = await Promise.all([`${root}/${pid}`, `${root}/self`].map((each) => readlink(`${each}/ns/mnt`)))
    if (mounts[0] === mounts[1]) return false
    const seen = await stat(`${root}/${pid}/root${file.path}`, { bigint: true })
    return String(seen.ino) !== file.inode || String(seen.dev) !== file.device
  } catch {
    return false
  }
}

/**
 * When a process started, in milliseconds since 1970, known to about a second. Undefined where /proc does not say it.
 */
export async function processStart_ms(
  pid: number,
  { root = '/proc' }: ProcessOptions = {},
): Promise<number | undefined> {
  const [own, machine] = await Promise.all([
    readStat(root, pid),
    readFile(`${root}/stat`, 'utf8').catch(() => undefined),
  ])
  const boot = /^btime (\d+)$/m.exec(machine ?? '')?.[1]
  return own && boot !== undefined ? Number(boot) * 1000 + own.started_at * tick_ms : undefined
}

/** The kernel tells times in hundredths of a second (USER_HZ), whatever its own clock. */
const tick_ms = 10
