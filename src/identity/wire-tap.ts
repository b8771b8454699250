import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type ExchangeRecord, recordExchange } from './exchange-record.ts'
import { passThrough } from './passage.ts'
import { maxHeaderSize, readTarget } from './tap-target.ts'
import { type TappedConnection, tieConnection } from './tapped-connection.ts'
import type { Fault, TappedExchange, TappedRequest } from './tapped-exchange.ts'

export type { Fault, TappedExchange, TappedRequest } from './tapped-exchange.ts'

export interface WireTapOptions {
  /** Base URL that requests are passed to (origin; a path in it is kept as prefix). */
  readonly target: string
  /** Asked for every request once its body is known; a fault is injected in place of (or into) the answer. */
  readonly fault?: (exchange: TappedRequest) => Fault | undefined
}

export interface WireTap {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  readonly endpoint: string
  readonly port: number
  /** What was seen so far, in order of arrival; an exchange that goes on is `pending`. */
  exchanges(): readonly TappedExchange[]
  /** Ends when the search for the process behind every connection so far has ended. */
  settled(): Promise<void>
  /** Breaks what still goes on, and ends when nothing listens any more. */
  close(): Promise<void>
}

/**
 * A streaming pass-through on loopback in front of a runtime's API: changes no byte of a body, notes what was asked and
 * what came back. Rejects where the target is no http(s) URL or no port can be had. Certificates of an https
 * target are checked as Node does. Redirects are passed on, not followed.
 */
export async function startWireTap({ target, fault }: WireTapOptions): Promise<WireTap> {
  const goal = readTarget(target)
  const connections = new Map<Socket, TappedConnection>()
  const looking = new Set<Promise<void>>()
  const records: ExchangeRecord[] = []

  const server = createServer({ noDelay: true, keepAliveTimeout: 0, requestTimeout: 0, maxHeaderSize })
  server.on('connection', (socket: Socket) => {
    const connection = tieConnection(socket, goal)
    connections.set(socket, connection)
    socket.once('close', () => {
      connections.delete(socket)
      const search = connection.looking()
      if (!search) return
      const ended = search.finally(() => looking.delete(ended))
      looking.add(ended)
    })
  })
  server.on('request', (request, response) => {
    const connection = connections.get(request.socket)
    if (!connection) return void request.socket.destroy()
    const record = recordExchange({
      number: records.length + 1,
      method: request.method ?? '',
      path: request.url ?? '',
      at_ms: performance.now(),
      client_port: connection.clientPort,
      readable: (request.headers['content-encoding'] ?? 'identity') === 'identity',
      client: connection.client,
    })
    records.push(record)
    passThrough({ request, response, connection, target: goal, record }, fault)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const settled = async (): Promise<void> => {
    await Promise.all([...looking, ...[...connections.values()].map((connection) => connection.looking())])
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    exchanges: () => records.map((record) => record.snapshot()),
    settled,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await Promise.all([closed, settled()])
    },
  }
}
