/**
 * Entry of the child process that holds the weights: native code may crash, and then only this process dies.
 * First line on stdin: the start line (protocol.ts). One line on stdout: the port. Ends when stdin closes.
 */
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { createEngineServer } from './engine-server.ts'
import { loadLibrary } from './load-library.ts'
import { Models } from './models.ts'
import { startLineSchema } from './protocol.ts'

// Ctrl-C reaches the whole process group. The parent decides when to end this one, by closing stdin.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', end)

const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  start(line).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1))
  })
})
lines.on('close', end)

async function start(line: string): Promise<void> {
  const { token, models, threads, port } = startLineSchema.parse(JSON.parse(line))
  const environment = await loadLibrary(threads)
  const server = createEngineServer(new Models(environment, models, threads), token)
  server.requestTimeout = 0
  server.once('error', () => server.listen(0, '127.0.0.1')) // the port wished for is taken
  server.once('listening', () => {
    const address = server.address() as AddressInfo
    process.stdout.write(`${JSON.stringify({ port: address.port, server_build: environment.server_build })}\n`)
  })
  server.listen(port, '127.0.0.1')
}

/** Native threads may be at work: a plain exit would wait for them or crash in their destructors. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}
