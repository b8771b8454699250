/**
 * A program of its own that stands for what somebody does at this machine: again and again it waits a little, then
 * does a fixed piece of work, and tells how long that took from the moment at which it was due. Told a phase by IPC, it
 * reports `{ phase, took_ms }` for what began and ended in that phase. It ends with its parent.
 */

/** How long somebody pauses, and how many steps of arithmetic the work has: a few milliseconds. */
const pause_ms = 30
const steps = 3_000_000
const warmUps = 20

let phase: unknown
let changes = 0
process.on('message', (message) => {
  phase = message
  changes += 1
})
process.on('disconnect', () => process.exit())

for (let round = 0; round < warmUps; round += 1) work()
process.send?.('ready')
next()

function next(): void {
  const due = performance.now() + pause_ms
  const begunWith = changes
  setTimeout(() => {
    work()
    const took_ms = performance.now() - due
    // A parent that has just gone needs no report.
    if (begunWith === changes && typeof phase === 'string') process.send?.({ phase, took_ms }, () => undefined)
    next()
  }, pause_ms)
}

function work(): number {
  let value = 1
  for (let step = 0; step < steps; step += 1) value = Math.imul(value ^ step, 0x9e3779b1) + 1
  return value
}
