import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { attempt } from './attempt.ts'
import { type EnvironmentVariable, variableIn } from './environment-variable.ts'
import { allPids, type ProcessOptions, type ProcessWithCommand, parseCommand, statNow } from './process-table.ts'

/** IPv4 loopback as the remote end of a socket in /proc/net/tcp and, of a socket for both families, in tcp6. */
const loopback = ['0100007F', '0000000000000000FFFF00000100007F']

/** Whoever connected before will probably connect again. */
let lastPid: number | undefined

export interface ConnectedProcess extends ProcessWithCommand {
  /** The one variable that was asked for, as the program was started with it; nothing else of it is kept. */
  readonly variable: EnvironmentVariable
}

/**
 * The process at the other end of a connection over 127.0.0.1, from Linux' /proc: it holds the socket whose local port
 * is `clientPort` and whose remote port is `serverPort`. To be asked while the connection is open. Undefined where no
 * process is seen to hold it: another system, another user's process, a container, a connection that was closed. Where
 * a process passed the socket on to its children, it is the process itself. Looks at one process a turn of the event
 * loop, the youngest first, so that a server that asks keeps serving; what it finds is read at once, since a process
 * that has its answer may end at any moment.
 */
export async function connectedProcess(
  clientPort: number,
  serverPort: number,
  variable: string,
  { root = '/proc' }: ProcessOptions = {},
): Promise<ConnectedProcess | undefined> {
  const socket = await socketOf(clientPort, serverPort, root)
  if (socket === undefined) return undefined
  const pids = (await allPids(root)).sort((one, other) => other - one)
  if (lastPid !== undefined && pids.includes(lastPid)) pids.unshift(lastPid)
  for (const pid of pids) {
    if (holds(pid, socket, root)) {
      const holder = eldest(pid, socket, root, variable)
      lastPid = holder?.pid
      return holder
    }
    await nextTurn()
  }
  return undefined
}

/** How /proc/<pid>/fd names the client's socket. */
async function socketOf(clientPort: number, serverPort: number, root: string): Promise<string | undefined> {
  for (const table of ['tcp', 'tcp6']) {
    const inode = clientInode(await readAnew(`${root}/net/${table}`), clientPort, serverPort)
    if (inode !== undefined) return `socket:[${inode}]`
  }
  return undefined
}

const reading = new Map<string, Promise<string>>()
const waiting = new Map<string, Promise<string>>()

/** The text of a table, read after the call: takes milliseconds, so calls that come meanwhile share the next reading. */
function readAnew(path: string): Promise<string> {
  const next = waiting.get(path) ?? reading.get(path)?.then(() => start(path))
  if (!next) return start(path)
  waiting.set(path, next)
  return next
}

function start(path: string): Promise<string> {
  waiting.delete(path)
  const text = readFile(path, 'utf8')
    .catch(() => '')
    .finally(() => reading.delete(path))
  reading.set(path, text)
  return text
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
  const names = attempt(() => readdirSync(folder)) ?? []
  return names.some((name) => attempt(() => readlinkSync(`${folder}/${name}`)) === socket)
}

function eldest(pid: number, socket: string, root: string, variable: string): ConnectedProcess | undefined {
  const stat = statNow(root, pid)
  if (!stat) return undefined
  if (stat.parent > 0 && holds(stat.parent, socket, root)) return eldest(stat.parent, socket, root, variable)
  const environment = attempt(() => readFileSync(`${root}/${pid}/environ`, 'utf8'))
  const command = parseCommand(attempt(() => readFileSync(`${root}/${pid}/cmdline`, 'utf8')) ?? '')
  // What has ended shows an empty environment, as if nothing had been set.
  const ended = environment === '' && command.length === 0
  return {
    pid,
    started_at: stat.started_at,
    command,
    variable: variableIn(ended ? undefined : environment, variable),
  }
}
