import { networkInterfaces } from 'node:os'
import { hostOf, isLoopback } from '../config/endpoint.ts'
import type { InventoryRuntime } from '../evidence/inventory-schema.ts'
import { holdersOf, type PortListener } from '../machine/port-listeners.ts'
import type { ProcessOptions } from '../machine/process-table.ts'

/** Where the server of an endpoint listens. */
export type ListeningAt = (endpoint: string, answered: boolean) => InventoryRuntime['listening']

const anyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

/**
 * Looks listening sockets up by endpoint. What another process has at another address of the same port does not count.
 * Undefined where it cannot be seen: another machine or system, or a server in a container that answers nevertheless.
 */
export function listeningAt(listeners: readonly PortListener[] | undefined, options: ProcessOptions = {}): ListeningAt {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []),
  )
  return (endpoint, answered) => {
    const host = hostOf(endpoint)
    if (!listeners || !(isLoopback(endpoint) || own.has(host))) return undefined
    const { port, protocol } = new URL(endpoint)
    const number = Number(port || (protocol === 'https:' ? 443 : 80))
    const there = listeners.filter((each) => each.port === number)
    if (there.length === 0) return answered ? undefined : []
    const holders = holdersOf(new Set(there.map(({ inode }) => inode)), options)
    const wanted = host === 'localhost' || host === '0.0.0.0' ? ['127.0.0.1', '::1'] : [host]
    const nearest =
      there.find(({ address }) => wanted.includes(address)) ?? there.find(({ address }) => anyAddress.has(address))
    const pid = nearest && holders.get(nearest.inode)
    return there
      .map(({ address, inode }) => ({ address, pid: holders.get(inode) }))
      .filter((each) => pid === undefined || each.pid === undefined || each.pid === pid)
      .map(({ address, pid: holder }) => ({ address, ...(holder !== undefined && { pid: holder }) }))
  }
}
