import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { attempt } from './attempt.ts'

/** A process as Linux' /proc shows it. */
export interface SeenProcess {
  readonly pid: number
  /** Start in the kernel's clock ticks since boot: with the pid it names one process, also after the pid was reused. */
  readonly started_at: number
}

export interface ListeningProcess extends SeenProcess {
  /** Absolute; absent where it can't be read. */
  readonly working_folder?: string
}

export interface ProcessWithCommand extends SeenProcess {
  /** Program and arguments; empty where the process hides them or has ended but for its exit status. */
  readonly command: readonly string[]
}

export interface ProcessOptions {
  /** Where the kernel shows its processes; `/proc` where absent. */
  readonly root?: string
}

/** Pids of all processes that the folder shows; empty where there is none, as on other systems than Linux. */
export async function allPids(root: string): Promise<number[]> {
  const names = await readdir(root).catch(() => [])
  return names.filter((name) => /^\d+$/.test(name)).map(Number)
}

/** Parent and start of a process; undefined where it has ended or can't be read. */
export async function readStat(root: string, pid: number): Promise<{ parent: number; started_at: number } | undefined> {
  try {
    return parseStat(await readFile(`${root}/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

/** The same at once: a twentieth of the time for one process, and too long a pause for hundreds of them. */
export function statNow(root: string, pid: number): { parent: number; started_at: number } | undefined {
  return parseStat(attempt(() => readFileSync(`${root}/${pid}/stat`, 'utf8')) ?? '')
}

/** Fields 4 and 22 of /proc/pid/stat (proc_pid_stat(5)). The name before them may hold spaces and parentheses. */
export function parseStat(text: string): { parent: number; started_at: number } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const parent = Number(fields[1])
  const started_at = Number(fields[19])
  return fields.length >= 20 && Number.isInteger(parent) && Number.isInteger(started_at)
    ? { parent, started_at }
    : undefined
}

/** All descendants of a process, nearest first; empty where it has none or the system does not let one read them. */
export async function childProcesses(
  pid: number,
  { root = '/proc' }: ProcessOptions = {},
): Promise<ProcessWithCommand[]> {
  const children = new Map<number, SeenProcess[]>()
  await Promise.all(
    (await allPids(root)).map(async (each) => {
      const stat = await readStat(root, each)
      if (!stat) return
      const { parent, started_at } = stat
      children.set(parent, [...(children.get(parent) ?? []), { pid: each, started_at }])
    }),
  )
  const found: SeenProcess[] = []
  for (let parents = [pid]; parents.length > 0; ) {
    const next = parents.flatMap((parent) => children.get(parent) ?? []).sort((one, other) => one.pid - other.pid)
    // A process and its stat files are not read in one moment, so a reused pid might close a circle.
    for (const parent of parents) children.delete(parent)
    found.push(...next)
    parents = next.map((each) => each.pid)
  }
  return await Promise.all(found.map(async (each) => ({ ...each, command: await commandOf(root, each.pid) })))
}

/** Whether a process still runs the same program: not ended, and no other one under its pid. */
export function isUnchanged(
  { pid, started_at, command }: ProcessWithCommand,
  { root = '/proc' }: ProcessOptions = {},
): boolean {
  const now = parseCommand(attempt(() => readFileSync(`${root}/${pid}/cmdline`, 'utf8')) ?? '')
  return statNow(root, pid)?.started_at === started_at && now.join('\0') === command.join('\0')
}

/** Program and arguments of a process; empty where it hides them or has ended. */
export async function commandOf(root: string, pid: number): Promise<string[]> {
  return parseCommand(await readFile(`${root}/${pid}/cmdline`, 'utf8').catch(() => ''))
}

/** Program and arguments in the text of /proc/pid/cmdline (proc_pid_cmdline(5)). Pure. */
export function parseCommand(text: string): string[] {
  return text === '' ? [] : text.replace(/\0$/, '').split('\0')
}
