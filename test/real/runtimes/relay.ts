import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A port that leads to another one, which may change. */
export interface Relay {
  readonly port: number
  /** POST `/<port>` there to say where it leads from now on. */
  readonly control: string
  close(): Promise<void>
}

/** Passes bytes between a fixed port and the one that it was told last; without one, or where nobody listens, it hangs up. */
export async function startRelay(): Promise<Relay> {
  let target = 0
  const sockets = new Set<Socket>()
  const relay = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  const control = createHttpServer((request, response) => {
    target = Number(request.url?.slice(1))
    // Kept connections would lead to the old one.
    for (const socket of sockets) socket.destroy()
    response.end()
  })
  await Promise.all([relay, control].map(listen))
  const portOf = (server: Server) => (server.address() as AddressInfo).port
  return {
    port: portOf(relay),
    control: `http://127.0.0.1:${portOf(control as unknown as Server)}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      control.closeAllConnections()
      await Promise.all([relay, control].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

function listen(server: Pick<Server, 'listen' | 'once'>): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
}
