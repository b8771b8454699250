/** A process of its own that streams an answer as Ollama does: tells its endpoint, answers until its parent leaves. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const line = `${JSON.stringify({ model: 'tiny', message: { role: 'assistant', content: 'word ' }, done: false })}\n`
const end = `${JSON.stringify({ model: 'tiny', done: true, done_reason: 'stop', prompt_eval_count: 20, eval_count: 20 })}\n`
const tokens = 20
const betweenTokens_ms = 1

const server = createServer((incoming, response) => {
  incoming.resume().once('end', async () => {
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
    for (let token = 0; token < tokens; token += 1) {
      response.write(line)
      await new Promise((resolve) => setTimeout(resolve, betweenTokens_ms))
    }
    response.end(end)
  })
}).listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
process.once('disconnect', () => process.exit())
