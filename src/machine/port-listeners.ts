import { readdirSync, readlinkSync } from 'node:fs'
import { attempt } from './attempt.ts'
import { readKernelFile } from './kernel-file.ts'
import type { ProcessOptions } from './process-table.ts'

/** A listening TCP socket of this machine. */
export interface PortListener {
  /** As people write it; `0.0.0.0` and `::` are all addresses. */
  readonly address: string
  readonly port: number
  readonly inode: string
}

/**
 * All listening TCP sockets, from Linux' /proc/net/tcp and tcp6. Undefined on other systems. In a container these are
 * the container's own.
 */
export function allListeners({ root = '/proc' }: ProcessOptions = {}): PortListener[] | undefined {
  const tables = ['tcp', 'tcp6'].flatMap((name) => readKernelFile(`${root}/net/${name}`) ?? [])
  return tables.length === 0 ? undefined : parseAllListeners(tables.join('\n'))
}

/** The listening sockets in the text of /proc/net/tcp and tcp6 (proc_pid_net(5)); each once, by port and address. Pure. */
export function parseAllListeners(tables: string): PortListener[] {
  const found = tables.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = '0'] = line.trim().split(/\s+/)
    const [hexadecimal = '', port = ''] = local.split(':')
    const address = addressOf(hexadecimal)
    return state === '0A' && address !== undefined ? [{ address, port: Number.parseInt(port, 16), inode }] : []
  })
  const once = new Map(found.map((each) => [`${each.port} ${each.address} ${each.inode}`, each]))
  return [...once.values()].sort((one, other) => one.port - other.port || (one.address < other.address ? -1 : 1))
}

/** Words of four bytes in the order of little-endian machines; an IPv4 address within IPv6 is written as IPv4. */
function addressOf(hexadecimal: string): string | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/i.test(hexadecimal)) return undefined
  const bytes = (hexadecimal.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  )
  if (bytes.length === 4) return bytes.join('.')
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  if (isMapped) return bytes.slice(12).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] as number) << 8) | (bytes[2 * index + 1] as number)).toString(16),
  )
  // The longest run of zeros is left out (RFC 5952); URL does it.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

/** Which process holds which of some sockets, by inode; one that the system hides is left out. The oldest pid of several. */
export function holdersOf(inodes: ReadonlySet<string>, { root = '/proc' }: ProcessOptions = {}): Map<string, number> {
  const holders = new Map<string, number>()
  if (inodes.size === 0) return holders
  const pids = (attempt(() => readdirSync(root)) ?? []).filter((name) => /^\d+$/.test(name)).map(Number)
  for (const pid of pids.sort((one, other) => one - other)) {
    const folder = `${root}/${pid}/fd`
    for (const descriptor of attempt(() => readdirSync(folder)) ?? []) {
      const target = attempt(() => readlinkSync(`${folder}/${descriptor}`)) ?? ''
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      if (inode !== undefined && inodes.has(inode) && !holders.has(inode)) holders.set(inode, pid)
    }
  }
  return holders
}
