import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { connect, type Socket } from 'node:net'
import { connectedProcess } from '../machine/connected-process.ts'
import type { TapTarget } from './tap-target.ts'
import type { TappedClient } from './tapped-exchange.ts'

/** A client's connection to the tap, and the connection to the target that belongs to it alone. */
export interface TappedConnection {
  readonly clientPort: number
  /** Holds one connection to the target. */
  readonly agent: HttpAgent
  /** The process at the other end, as soon as it was found. */
  client(): TappedClient | undefined
  /** Begins to look for the process where that has not begun; ends with or without success. Undefined once it has. */
  looking(): Promise<void> | undefined
  /** A request is on its way, until `done` is called. */
  busy(): { done(): void }
  /** The connection to the target over which a request goes. */
  uses(socket: Socket): void
}

/**
 * Looking for a process takes some milliseconds of a core, so it waits until the first byte of an answer was passed on,
 * or for this long: whatever comes first.
 */
const quiet_ms = 5

/**
 * Ties a connection to one of its own to the target: when one end closes an idle connection, the other one closes too.
 * A client that reuses connections thus sees what it would see without the tap.
 */
export function tieConnection(socket: Socket, target: TapTarget): TappedConnection {
  const known = new WeakSet<Socket>()
  let requests = 0
  let abandoned = false
  let client: TappedClient | undefined
  let search: Promise<void> | undefined
  let looked = false
  let timer: NodeJS.Timeout | undefined
  const clientPort = socket.remotePort ?? 0
  const serverPort = socket.localPort ?? 0

  function looking(): Promise<void> | undefined {
    if (looked) return undefined
    search ??= findClient(clientPort, serverPort).then((found) => {
      client = found
      looked = true
    })
    return search
  }
  function uses(upstream: Socket): void {
    abandoned = false
    if (known.has(upstream)) return
    known.add(upstream)
    upstream.once('close', () => {
      abandoned = true
      if (requests === 0) socket.destroySoon()
    })
  }

  const agent = agentFor(target, uses)
  socket.once('close', () => {
    clearTimeout(timer)
    looked ||= search === undefined
    agent.destroy()
  })
  return {
    clientPort,
    agent,
    client: () => client,
    looking,
    busy() {
      timer ??= setTimeout(looking, quiet_ms)
      requests += 1
      return {
        done() {
          requests -= 1
          if (requests === 0 && abandoned) socket.destroySoon()
        },
      }
    },
    uses,
  }
}

/** Connects at once, as the client did: its request finds the connection there. */
function agentFor({ secure, hostname, port }: TapTarget, uses: (socket: Socket) => void): HttpAgent {
  const options = { keepAlive: true, maxSockets: 1, noDelay: true }
  if (secure) return new HttpsAgent(options)
  let ready: Socket | undefined = connect({ host: hostname, port, noDelay: true })
  const forget = (): void => {
    ready = undefined
  }
  // Where nobody answers, the request will find out itself.
  ready.once('error', forget).once('connect', () => ready && uses(ready))
  ready.once('close', forget)
  const agent = new HttpAgent(options)
  const connectAnew = agent.createConnection.bind(agent)
  agent.createConnection = (...given) => {
    const first = ready
    forget()
    return first ?? connectAnew(...given)
  }
  const destroy = agent.destroy.bind(agent)
  agent.destroy = () => {
    ready?.destroy()
    destroy()
  }
  return agent
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
