import { hostOf, isLoopback } from '../config/endpoint.ts'
import { listeningProcess } from '../machine/listening-process.ts'
import { childProcesses, isUnchanged, type ProcessWithCommand, type SeenProcess } from '../machine/process-table.ts'
import { closeIdleConnections } from '../runtimes/local-fetch.ts'

/** A second server that shares the port by SO_REUSEPORT is seen after this long, at the latest. */
const known_for_ms = 1_000

/** By endpoint, who listened there when it was looked at last. */
const lastListeners = new Map<string, string>()

/**
 * The process that listens at an endpoint of this machine; undefined where it cannot be seen. Where it is another one than
 * before, what is asked from now on goes to it: connections that the earlier one had accepted are used no more.
 */
export function findServer(endpoint: string): () => Promise<SeenProcess | undefined> {
  return async () => {
    if (!isLoopback(endpoint)) return undefined
    const { port: named, protocol } = new URL(endpoint)
    const port = Number(named || (protocol === 'https:' ? 443 : 80))
    const found = await listeningProcess(hostOf(endpoint), port, { known_for_ms })
    const listener = `${found?.pid} ${found?.started_at}`
    if ((lastListeners.get(endpoint) ?? listener) !== listener) closeIdleConnections(port)
    lastListeners.set(endpoint, listener)
    return found
  }
}

/** The child of an Ollama daemon that has a blob on its command line: its runner of those weights. */
export function findRunner(endpoint: string): (blob: string) => Promise<SeenProcess | undefined> {
  const findDaemon = findServer(endpoint)
  let last: { readonly daemon: SeenProcess; readonly runner: ProcessWithCommand } | undefined
  return async (blob) => {
    const daemon = await findDaemon()
    if (!daemon) return undefined
    const isSameDaemon = last?.daemon.pid === daemon.pid && last.daemon.started_at === daemon.started_at
    // To walk all processes for each answer would cost milliseconds.
    if (last && isSameDaemon && last.runner.command.includes(blob) && isUnchanged(last.runner)) return last.runner
    const runner = (await childProcesses(daemon.pid)).find(({ command }) => command.includes(blob))
    last = runner && { daemon, runner }
    return runner
  }
}
