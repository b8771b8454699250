import { readdirSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { allPids, commandOf, type ProcessOptions, type ProcessWithCommand, readStat } from './process-table.ts'

/** IPv4 loopback as the remote end of a socket in /proc/net/tcp and, of a socket for both families, in tcp6. */
const loopback = ['0100007F', '0000000000000000FFFF00000100007F']

/** Whoever connected before will probably connect again. */
let lastPid: number | undefined

/**
 * The process at the other end of a connection over 127.0.0.1, from Linux' /proc: it holds the socket whose local port
 * is `clientPort` and whose remote port is `serverPort`. To be asked while the connection is open. Undefined where no
 * process is seen to hold it: another system, another user's process, a container, a connection that was closed. Where
 * a process passed the socket on to its children, it is the process itself. Looks at one process a turn of the event
 * loop, the youngest first, so that a server that asks keeps serving.
 */
export async function connectedProcess(
  clientPort: number,
  serverPort: number,
  { root = '/proc' }: ProcessOptions = {},
): Promise<ProcessWithCommand | undefined> {
  const socket = await socketOf(clientPort, serverPort, root)
  if (socket === undefined) return undefined
  const pids = (await allPids(root)).sort((one, other) => other - one)
  if (lastPid !== undefined && pids.includes(lastPid)) pids.unshift(lastPid)
  for (const pid of pids) {
    if (holds(pid, socket, root)) {
      const holder = await eldest(pid, socket, root)
      lastPid = holder?.pid
      return holder && { ...holder, command: await commandOf(root, holder.pid) }
    }
    await nextTurn()
  }
  return undefined
}

/** How /proc/<pid>/fd names the client's socket. */
async function socketOf(clientPort: number, serverPort: number, root: string): Promise<string | undefined> {
  for (const table of ['tcp', 'tcp6']) {
    const inode = clientInode(await readFile(`${root}/net/${table}`, 'utf8').catch(() => ''), clientPort, serverPort)
    if (inode !== undefined) return `socket:[${inode}]`
  }
  return undefined
}

/** The inode of a client's socket in the text of /proc/net/tcp or tcp6 (proc_pid_net(5)). Pure. */
export function clientInode(table: string, clientPort: number, serverPort: number): string | undefined {
  const [from, to] = [clientPort, serverPort].map((port) => port.toString(16).toUpperCase().padStart(4, '0'))
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , , , , , , inode] = line.trim().split(/\s+/)
    if (!local.endsWith(`:${from}`) || !loopback.some((address) => remote === `${address}:${to}`)) continue
    // A closed socket that still waits belongs to nobody.
    if (inode !== undefined && inode !== '0') return inode
  }
  return undefined
}

function holds(pid: number, socket: string, root: string): boolean {
  const folder = `${root}/${pid}/fd`
  return list(folder).some((name) => target(`${folder}/${name}`) === socket)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

async function eldest(
  pid: number,
  socket: string,
  root: string,
): Promise<{ pid: number; started_at: number } | undefined> {
  const stat = await readStat(root, pid)
  if (!stat) return undefined
  if (stat.parent > 0 && holds(stat.parent, socket, root)) return await eldest(stat.parent, socket, root)
  return { pid, started_at: stat.started_at }
}
