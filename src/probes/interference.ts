import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { EvidenceFacts } from '../evidence/schema.ts'
import type { ProbedLane } from '../lanes/lane.ts'
import { processFamily } from '../machine/process-family.ts'
import { largestProcesses, programOf, runningProcesses, sameProgramFamily } from '../machine/running-processes.ts'
import { siblingModule } from '../runtimes/embedded/sibling-module.ts'
import { RequestAborted } from '../runtimes/failures.ts'
import { freshRequest } from './fresh-prompt.ts'

type InterferenceFacts = Extract<EvidenceFacts, { kind: 'interference' }>
type Phase = 'idle' | 'answering'

/** Phases alternate, so that what else changes meanwhile falls on both. */
const rounds = 2
const outputTokens = 256
const cycles = 3
/** A server that answers at once is not worked by it, and is not to be flooded. */
const mostCallsInRound = 8
const mostDurations = 200
const mostNamed = 3
const startDeadline_ms = 10_000
const task = '30 ms of waiting, then 3 million steps of arithmetic, timed from the moment it was due'

/**
 * Times a small fixed task in a program of its own while the lane is loaded and idle, and while it answers, in turn, and
 * names the largest other programs. Rejects with RequestAborted only.
 * @param seconds of each of the two states, together
 */
export async function probeInterference(
  { name, lane, runtime, description, serving_pid, options_sha256, signal }: ProbedLane,
  seconds: number,
): Promise<InterferenceFacts> {
  const began = performance.now()
  const taken: Record<Phase, number[]> = { idle: [], answering: [] }
  let calls = 0
  const child = fork(siblingModule('foreground-task', import.meta.url), [], {
    execArgv: [],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.on('error', () => undefined)
  /** It may end at any time; what it has told so far counts. */
  const tell = (phase: Phase | 'between'): void => void (child.connected && child.send(phase, () => undefined))

  async function answer(until: number): Promise<void> {
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(), Math.max(1, until - performance.now()))
    try {
      for (let call = 0; call < mostCallsInRound && !over.signal.aborted; call += 1) {
        const asked = runtime.chat(freshRequest(lane, cycles, outputTokens), {
          deadline_ms: 1000 * seconds + 5_000,
          signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
        })
        calls += 1
        tell('answering')
        await asked.finally(() => tell('between'))
      }
    } catch (error) {
      if (signal?.aborted) throw error instanceof RequestAborted ? error : new RequestAborted('the run was ended')
      // Cut off at the end of the phase, or failed: what was timed before counts.
    } finally {
      clearTimeout(timer)
    }
  }

  try {
    await ready(child)
    child.on('message', (told: { phase: Phase; took_ms: number }) => {
      if (taken[told.phase]?.length < mostDurations) taken[told.phase].push(Math.round(1000 * told.took_ms) / 1000)
    })
    const phase_ms = (1000 * seconds) / rounds
    let others: Pick<InterferenceFacts, 'largest_by_memory' | 'largest_by_processor'> | undefined
    for (let round = 0; round < rounds; round += 1) {
      tell('idle')
      await pause(phase_ms, undefined, signal && { signal }).catch(() => {
        throw new RequestAborted('the run was ended while the foreground task was timed')
      })
      tell('between')
      const [before, since] = [runningProcesses(), performance.now()]
      await answer(performance.now() + phase_ms)
      const after = runningProcesses()
      if (before && after && !others) {
        const own = sameProgramFamily(
          after,
          process.pid,
          (pid) => programOf('/proc', pid) === programOf('/proc', 'self'),
        )
        const serving = await Promise.all(
          [serving_pid, description?.serving_pid].map((pid) => (pid === undefined ? [] : processFamily(pid))),
        )
        const { by_memory, by_processor } = largestProcesses(before, after, performance.now() - since, {
          without: new Set([...own, ...serving.flat()]),
          most: mostNamed,
        })
        others = { largest_by_memory: by_memory, largest_by_processor: by_processor }
      }
    }
    return {
      kind: 'interference',
      lane: name,
      options_sha256,
      task,
      idle_ms: taken.idle,
      answering_ms: taken.answering,
      calls,
      ...others,
      total_ms: performance.now() - began,
    }
  } finally {
    if (child.connected) child.disconnect()
    else child.kill()
  }
}

/** Its first message; a program that does not come up is an empty measurement, not a failure of the lane. */
async function ready(child: ChildProcess): Promise<void> {
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit'),
    once(child, 'error'),
    pause(startDeadline_ms, undefined, { ref: false }),
    // Waiting for one event rejects at an error.
  ]).catch(() => undefined)
}
