/**
 * What watching memory costs: processor time of this process over a minute with the sampler running at its own
 * interval, less that of a minute without it. The watched process has a child, as a server has. `npm run benchmark`.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { startMemorySampler } from '../../src/machine/memory-sampler.ts'

const minute_ms = 60_000
const limit = 0.01

const server = fork(new URL('../support/idle-process.ts', import.meta.url), { execArgv: [] })
await once(server, 'message')
try {
  const load = loadavg()[0]?.toFixed(2)
  const without = await shareOfACore()
  const sampler = await startMemorySampler(server.pid)
  const watched = await shareOfACore()
  const { samples, interval_ms } = await sampler.stop()
  const cost = Math.max(0, watched - without)
  process.stdout.write(
    `memory sampler: ${(100 * cost).toFixed(3)} % of a core over a minute, ${samples} samples every ${interval_ms} ms ` +
      `(${(100 * watched).toFixed(3)} % with it, ${(100 * without).toFixed(3)} % without); ` +
      `${cost <= limit ? 'within' : 'OVER'} ${100 * limit} %; ${availableParallelism()} cores, load average ${load} before\n`,
  )
  process.exitCode = cost <= limit ? 0 : 1
} finally {
  server.kill()
}

/** Processor time over time. */
async function shareOfACore(): Promise<number> {
  const [from, since] = [process.cpuUsage(), performance.now()]
  await pause(minute_ms)
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1000 / (performance.now() - since)
}
