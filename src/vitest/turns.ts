import { join } from 'node:path'
import { cacheFolder } from '../cache/cache-folder.ts'
import { endpointOf, hostOf, isOnThisMachine } from '../config/endpoint.ts'
import { locationOf, runtimeOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'
import { type HeldLock, takeLock } from '../lanes/machine-lock.ts'
import { RequestAborted } from '../runtimes/failures.ts'

/** This run's share of the machines that its lanes run on. */
export interface Turns {
  /**
   * Waits for the lane's machine, a few seconds at a time: ask again until it is taken. Held until the run's end.
   * Rejects with RequestAborted where the run is ended meanwhile.
   */
  wait(lane: string): Promise<{ taken: boolean }>
  /** Ends the waiting, as when the run is cancelled; what is held stays held. */
  giveUpWaiting(): void
  release(): Promise<void>
}

const askAgainAfter_ms = 20_000

export function createTurns(config: BenchConfig, say: (line: string) => void): Turns {
  const names = lockNames(config)
  const held = new Map<string, Promise<HeldLock>>()
  let ended = new AbortController()

  function take(name: string): Promise<HeldLock> {
    const taking = takeLock({
      folder: join(cacheFolder(), 'locks'),
      name,
      what: `a run in ${process.cwd()}`,
      signal: ended.signal,
      onWait: ({ pid, since, what }) =>
        say(
          `bench-memo: waiting for ${what} (process ${pid}, since ${since.slice(11, 19)} UTC), so that two runs do not slow each other down`,
        ),
    })
    held.set(name, taking)
    taking.catch(() => {
      if (held.get(name) === taking) held.delete(name)
    })
    return taking
  }

  /** In one order for all runs: two that each held what the other one needs next would wait for ever. */
  async function takeUpTo(name: string): Promise<void> {
    const before = names.slice(0, names.indexOf(name))
    try {
      for (const each of [...before, name]) await (held.get(each) ?? take(each))
    } catch (error) {
      if ((error as Error).name !== 'AbortError') throw error
      throw new RequestAborted('the run was ended while it waited for its turn on the machine', {}, { cause: error })
    }
  }

  function giveUpWaiting(): void {
    ended.abort()
    ended = new AbortController()
  }

  return {
    async wait(lane) {
      const name = lockName(config, lane)
      if (name === undefined) return { taken: true }
      const taken = takeUpTo(name).then(() => ({ taken: true }))
      const later = new Promise<{ taken: boolean }>((resolve) => {
        setTimeout(resolve, askAgainAfter_ms, { taken: false }).unref()
      })
      return Promise.race([taken, later])
    },
    giveUpWaiting,
    async release() {
      giveUpWaiting()
      const locks = await Promise.allSettled(held.values())
      held.clear()
      for (const lock of locks) if (lock.status === 'fulfilled') await lock.value.release()
    },
  }
}

/** Names of all locks that the candidate lanes of a config need: this machine's first, then those of other hosts. */
function lockNames(config: BenchConfig): string[] {
  const candidates = new Set(Object.values(config.workloads).flatMap(({ lanes }) => lanes))
  const names = new Set([...candidates].map((lane) => lockName(config, lane)).filter((name) => name !== undefined))
  const others = [...names].filter((name) => name !== machine).sort()
  return names.has(machine) ? [machine, ...others] : others
}

const machine = 'machine'

/** One lock for all that runs on this machine, one for each other host on the premises, none for clouds. */
function lockName(config: BenchConfig, lane: string): string | undefined {
  if (locationOf(config, lane) === 'cloud') return undefined
  const runtime = runtimeOf(config, lane)
  const endpoint = endpointOf(runtime)
  return endpoint === undefined || isOnThisMachine(runtime) ? machine : `host-${hostOf(endpoint).replaceAll(':', '-')}`
}
