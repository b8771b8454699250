import { constants } from 'node:os'
import type { Vitest } from 'vitest/node'

const signals = ['SIGINT', 'SIGTERM'] as const

/**
 * The first Ctrl-C (or SIGTERM) while a lane is at work cancels the run instead of killing it, so that reporters still
 * end it and the memo is written from what was measured. The second one, or one without lanes, does what it always did.
 */
export function endGracefully(vitest: Vitest, hasLanes: () => boolean): void {
  let cancelling = false
  for (const signal of signals) {
    const usual = process.rawListeners(signal)
    process.removeAllListeners(signal)
    const onSignal = (): void => {
      const number = constants.signals[signal]
      if (cancelling || !hasLanes()) {
        if (usual.length === 0) process.exit(128 + number)
        for (const listener of usual) listener(signal, number)
        return
      }
      cancelling = true
      vitest.logger.log('\nbench-memo: ending the run; what was measured is kept. Once more to end at once.')
      process.exitCode = 1
      void vitest.cancelCurrentRun('keyboard-input')
    }
    process.on(signal, onSignal)
    vitest.onClose(() => {
      process.off(signal, onSignal)
    })
  }
}
