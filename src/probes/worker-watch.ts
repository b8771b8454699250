import type { WireTap } from '../identity/wire-tap.ts'
import { environmentVariable } from '../machine/environment-variable.ts'
import { processLineage } from '../machine/process-lineage.ts'
import type { ProcessWithCommand } from '../machine/process-table.ts'

/** A process on the way from the outer command to the request, and LOCAL_MODEL_TAG in its environment. */
export interface WatchedProcess {
  readonly command: readonly string[]
  readonly local_model_tag_state: 'set' | 'not-set' | 'unreadable'
  readonly local_model_tag?: string
}

export interface WorkerWatch {
  /** By the number of the request: outer command first. Absent where the processes were not seen. */
  lineage(number: number): readonly WatchedProcess[] | undefined
  stop(): Promise<void>
}

const interval_ms = 20

/**
 * Looks at the processes behind every request of a worker while they live: afterwards nobody can say who started whom
 * with which environment. `onAnswering` is told once of every request that names a model, while it is being answered.
 */
export function watchWorker(
  tap: WireTap,
  outerPid: () => number | undefined,
  onAnswering?: () => Promise<void>,
): WorkerWatch {
  const lineages = new Map<number, readonly WatchedProcess[]>()
  const answering = new Set<number>()
  let looking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => undefined)
  }, interval_ms)

  async function look(): Promise<void> {
    for (const { number, client, outcome, requested_model, first_byte_ms } of tap.exchanges()) {
      const outer = outerPid()
      if (client && outer !== undefined && !lineages.has(number)) {
        const seen = await Promise.all((await processLineage(client.pid, outer)).map(withTag))
        if (seen.length > 0) lineages.set(number, seen)
      }
      const isBeingAnswered = outcome === 'pending' && requested_model !== undefined && first_byte_ms !== undefined
      if (isBeingAnswered && !answering.has(number)) {
        answering.add(number)
        await onAnswering?.()
      }
    }
  }

  return {
    lineage: (number) => lineages.get(number),
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}

async function withTag(seen: ProcessWithCommand): Promise<WatchedProcess> {
  const tag = await environmentVariable(seen, 'LOCAL_MODEL_TAG')
  return {
    command: seen.command,
    local_model_tag_state: tag.state,
    ...(tag.state === 'set' && { local_model_tag: tag.value }),
  }
}
