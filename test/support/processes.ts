import { readdir, readFile } from 'node:fs/promises'

/** A process of this machine (Linux). */
interface SeenProcess {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** Pids whose command line holds the text and whose ancestor is the given process. */
export async function descendants(ancestor: number, text: string): Promise<number[]> {
  const all = await processes()
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]))
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === ancestor || descends(parents.get(pid)))
  return all
    .filter(({ pid, command }) => pid !== ancestor && command.includes(text) && descends(pid))
    .map(({ pid }) => pid)
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function processes(): Promise<SeenProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  return Promise.all(
    pids.map(async (pid) => {
      const [stat, command] = await Promise.all([read(pid, 'stat'), read(pid, 'cmdline')])
      return { pid: Number(pid), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0), command }
    }),
  )
}
