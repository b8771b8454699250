import { readlinkSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { attempt } from './attempt.ts'
import { allPids, type ListeningProcess, type ProcessOptions, type SeenProcess, statNow } from './process-table.ts'

/** The descriptor that was seen to hold a port, so that the next question need not walk through all processes. */
interface Holder extends SeenProcess {
  readonly socket: string
  readonly descriptor: string
}

const lastHolders = new Map<string, Holder>()
const loopbackV4 = '0100007F'
const loopbackV6 = '00000000000000000000000001000000'
const mappedLoopback = '0000000000000000FFFF00000100007F'
const anyV4 = '00000000'
const anyV6 = '00000000000000000000000000000000'
/** Addresses as /proc/net/tcp writes them on little-endian machines, the nearest first, as the kernel takes them. */
const addressesOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['127.0.0.1', [loopbackV4, mappedLoopback, anyV4, anyV6]],
  ['::1', [loopbackV6, anyV6]],
])

/**
 * The process that listens on a loopback port of this machine, from Linux' /proc. Undefined where no process does, where
 * the system does not let one see it (another system, another user's process, a container), where the host is not
 * loopback, and where several unrelated processes listen, so that which of them answers is anyone's guess. Where
 * a process shares its socket with its children, it is the oldest of them.
 */
export async function listeningProcess(
  host: string,
  port: number,
  { root = '/proc', known_for_ms = 0 }: ProcessOptions & KnownFor = {},
): Promise<ListeningProcess | undefined> {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  const hosts = name === 'localhost' ? [...addressesOf.keys()] : [name].filter((each) => addressesOf.has(each))
  if (hosts.length === 0) return undefined
  const key = `${root} ${name} ${port}`
  const seen = lastSeen.get(key)
  if (seen && performance.now() - seen.at_ms < known_for_ms && stillHolds(seen.holder, root))
    return withFolder(seen.holder, root)
  lastSeen.delete(key)
  const listeners = parseListeners(await readTables(root), port)
  const sockets = new Set(hosts.map((each) => socketFor(each, listeners)).filter((socket) => socket !== undefined))
  if (sockets.has('several')) return undefined
  const holders = await Promise.all([...sockets].map((socket) => holderOf(socket, `${root} ${socket}`, root)))
  const [first, ...others] = holders
  if (!first || others.some((other) => other?.pid !== first.pid)) return undefined
  lastSeen.set(key, { holder: first, at_ms: performance.now() })
  return withFolder(first, root)
}

interface KnownFor {
  /**
   * So long after all sockets were read (5 ms), a look at the holder's own socket is enough (0.02 ms): that it ended is seen at
   * once, that a second process came to share its port only later. 0 where absent.
   */
  readonly known_for_ms?: number
}

/** The holders by host and port, and when all sockets were read for them. */
const lastSeen = new Map<string, { readonly holder: Holder; readonly at_ms: number }>()

function withFolder(first: Holder, root: string): ListeningProcess {
  const working_folder = attempt(() => readlinkSync(`${root}/${first.pid}/cwd`))
  return { pid: first.pid, started_at: first.started_at, ...(working_folder !== undefined && { working_folder }) }
}

interface Listener {
  readonly address: string
  readonly inode: string
}

/** The listening sockets on a port in the text of /proc/net/tcp and /proc/net/tcp6 (proc_pid_net(5)). Pure. */
export function parseListeners(tables: string, port: number): Listener[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return tables.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const [address = '', itsPort] = local.split(':')
    return state === '0A' && itsPort === wanted && inode !== undefined && inode !== '0' ? [{ address, inode }] : []
  })
}

async function readTables(root: string): Promise<string> {
  const tables = ['tcp', 'tcp6'].map((name) => readFile(`${root}/net/${name}`, 'utf8').catch(() => ''))
  return (await Promise.all(tables)).join('\n')
}

function socketFor(host: string, listeners: readonly Listener[]): string | 'several' | undefined {
  for (const address of addressesOf.get(host) ?? []) {
    const [first, ...others] = listeners.filter((listener) => listener.address === address)
    // Sockets that share a port by SO_REUSEPORT take turns.
    if (first) return others.length > 0 ? 'several' : `socket:[${first.inode}]`
  }
  return undefined
}

async function holderOf(socket: string, key: string, root: string): Promise<Holder | undefined> {
  const last = lastHolders.get(key)
  if (last && stillHolds(last, root)) return last
  lastHolders.delete(key)
  const holders = await Promise.all((await allPids(root)).map((pid) => holding(pid, socket, root)))
  const oldest = holders
    .filter((holder) => holder !== undefined)
    .sort((one, other) => one.started_at - other.started_at || one.pid - other.pid)[0]
  if (oldest) lastHolders.set(key, oldest)
  return oldest
}

/** At once: asked around every answer, and promises would cost twenty times as much. */
function stillHolds({ pid, started_at, descriptor, socket }: Holder, root: string): boolean {
  return attempt(() => readlinkSync(descriptor)) === socket && statNow(root, pid)?.started_at === started_at
}

async function holding(pid: number, socket: string, root: string): Promise<Holder | undefined> {
  const folder = `${root}/${pid}/fd`
  const names = await readdir(folder).catch(() => [])
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => undefined)))
  const index = targets.indexOf(socket)
  const stat = index < 0 ? undefined : statNow(root, pid)
  return stat && { pid, started_at: stat.started_at, socket, descriptor: `${folder}/${names[index]}` }
}
