import type { TappedRequest, WireTap } from '../identity/wire-tap.ts'
import { processLineage } from '../machine/process-lineage.ts'

/** A process on the way from the outer command to the request, and LOCAL_MODEL_TAG in its environment. */
export interface WatchedProcess {
  readonly command: readonly string[]
  readonly local_model_tag_state: 'set' | 'not-set' | 'unreadable'
  readonly local_model_tag?: string
}

/** The processes behind a request that waits for its answer, outer command first. Empty where they cannot be seen. */
export function processesBehind({ client }: TappedRequest, outerPid: number | undefined): WatchedProcess[] {
  if (!client || outerPid === undefined) return []
  return processLineage(client.pid, outerPid, 'LOCAL_MODEL_TAG').map(({ command, variable }) => ({
    command,
    local_model_tag_state: variable.state,
    ...(variable.state === 'set' && { local_model_tag: variable.value }),
  }))
}

const interval_ms = 20

/** Tells once of every request that names a model, while it is being answered. Returns how to end that. */
export function whileAnswering(tap: WireTap, tell: () => Promise<void>): () => Promise<void> {
  const told = new Set<number>()
  let telling: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    for (const { number, outcome, requested_model, first_byte_ms } of tap.exchanges()) {
      if (outcome !== 'pending' || requested_model === undefined || first_byte_ms === undefined) continue
      if (told.has(number)) continue
      told.add(number)
      telling = telling.then(tell).catch(() => undefined)
    }
  }, interval_ms)
  return async () => {
    clearInterval(timer)
    await telling
  }
}
