/** Says that it is there, and then does nothing until it is ended; asked so, it has a child that does the same. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

if (process.argv[2] === 'with-child') await once(fork(fileURLToPath(import.meta.url)), 'message')
process.send?.('ready')
process.on('disconnect', () => process.exit())
setInterval(() => undefined, 60_000)
