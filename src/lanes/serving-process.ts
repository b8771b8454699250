import { hostOf, isLoopback } from '../config/endpoint.ts'
import { listeningProcess } from '../machine/listening-process.ts'
import { childProcesses, isUnchanged, type ProcessWithCommand, type SeenProcess } from '../machine/process-table.ts'

/** A second server that shares the port by SO_REUSEPORT is seen after this long, at the latest. */
const known_for_ms = 1_000

/** The process that listens at an endpoint of this machine; undefined where it cannot be seen. */
export function findServer(endpoint: string): () => Promise<SeenProcess | undefined> {
  return async () => {
    if (!isLoopback(endpoint)) return undefined
    const { port, protocol } = new URL(endpoint)
    return await listeningProcess(hostOf(endpoint), Number(port || (protocol === 'https:' ? 443 : 80)), {
      known_for_ms,
    })
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
