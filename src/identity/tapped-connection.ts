import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import { connectedProcess } from '../machine/connected-process.ts'
import type { TappedClient } from './tapped-exchange.ts'

/** A client's connection to the tap, and the connection to the target that belongs to it alone. */
export interface TappedConnection {
  readonly clientPort: number
  /** Holds one connection to the target. */
  readonly agent: HttpAgent
  /** The process at the other end, as soon as it was found. */
  client(): TappedClient | undefined
  /** Ends when the search for the process has, with or without success; undefined once it has. */
  looking(): Promise<void> | undefined
  /** A request is on its way, until `done` is called. */
  busy(): { done(): void }
  /** The connection to the target over which a request goes. */
  uses(socket: Socket): void
}

/**
 * Ties a connection to one of its own to the target: when one end closes an idle connection, the other one closes too.
 * A client that reuses connections thus sees what it would see without the tap. Begins to look for its process.
 */
export function tieConnection(socket: Socket, secure: boolean): TappedConnection {
  const options = { keepAlive: true, maxSockets: 1, noDelay: true }
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options)
  const known = new WeakSet<Socket>()
  let requests = 0
  let abandoned = false
  let client: TappedClient | undefined
  socket.once('close', () => agent.destroy())
  const clientPort = socket.remotePort ?? 0
  let looking: Promise<void> | undefined = findClient(clientPort, socket.localPort ?? 0).then((found) => {
    client = found
    looking = undefined
  })
  return {
    clientPort,
    agent,
    client: () => client,
    looking: () => looking,
    busy() {
      requests += 1
      return {
        done() {
          requests -= 1
          if (requests === 0 && abandoned) socket.destroySoon()
        },
      }
    },
    uses(upstream) {
      abandoned = false
      if (known.has(upstream)) return
      known.add(upstream)
      upstream.once('close', () => {
        abandoned = true
        if (requests === 0) socket.destroySoon()
      })
    },
  }
}

async function findClient(clientPort: number, serverPort: number): Promise<TappedClient | undefined> {
  const found = await connectedProcess(clientPort, serverPort, 'LOCAL_MODEL_TAG')
  if (!found) return undefined
  const { pid, command, variable } = found
  return {
    pid,
    command,
    local_model_tag_state: variable.state,
    ...(variable.state === 'set' && { local_model_tag: variable.value }),
  }
}
