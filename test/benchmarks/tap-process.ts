/** A wire tap in a process of its own, as it stands beside a worker: takes its target, tells its endpoint. */
import { startWireTap } from '../../src/identity/wire-tap.ts'

process.once('message', async (target: string) => {
  const tap = await startWireTap({ target })
  process.send?.(tap.endpoint)
  process.on('message', () => process.send?.(tap.exchanges().filter(({ client }) => client).length))
})
process.once('disconnect', () => process.exit())
