/**
 * What the wire tap adds to the time to the first token of a streamed answer: client, tap and server are three
 * processes, and the same question is asked directly and through the tap in turn. `npm run benchmark`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { availableParallelism, loadavg } from 'node:os'
import { quantile } from '../../src/statistics/quantile.ts'

const pairs = 400
const limits = { median_ms: 1, p95_ms: 3 }
const body = JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'word '.repeat(2_000) }] })

const children: ChildProcess[] = []
try {
  const [direct] = (await once(start('streaming-server.ts'), 'message')) as [string]
  const tap = start('tap-process.ts')
  tap.send(direct)
  const [tapped] = (await once(tap, 'message')) as [string]
  const load = loadavg()[0]?.toFixed(2)
  for (const keepAlive of [true, false]) {
    const { added, base } = await compare(direct, tapped, keepAlive)
    const [median, p95] = [quantile(added, 0.5), quantile(added, 0.95)]
    const verdict = median <= limits.median_ms && p95 <= limits.p95_ms ? 'within' : 'OVER'
    process.stdout.write(
      `wire tap, ${keepAlive ? 'a connection used again' : 'a new connection each'}: time to first token, tapped minus ` +
        `direct, n = ${added.length} pairs: median ${median.toFixed(3)} ms, p95 ${p95.toFixed(3)} ms ` +
        `(direct: median ${quantile(base, 0.5).toFixed(3)} ms); ${verdict} ${limits.median_ms} and ${limits.p95_ms} ms\n`,
    )
  }
  tap.send('found')
  const [found] = (await once(tap, 'message')) as [number]
  process.stdout.write(
    `${found} exchanges with their client's process; ${availableParallelism()} cores, load average ${load} before\n`,
  )
} finally {
  for (const child of children) child.disconnect()
}

function start(file: string): ChildProcess {
  const child = fork(new URL(file, import.meta.url).pathname)
  children.push(child)
  return child
}

/** Asks in pairs, the one first that was second before; a few pairs are thrown away while the programs warm up. */
async function compare(direct: string, tapped: string, keepAlive: boolean) {
  const agents = [new Agent({ keepAlive }), new Agent({ keepAlive })] as const
  const base: number[] = []
  const added: number[] = []
  for (let pair = -50; pair < pairs; pair += 1) {
    const ask = { direct: () => firstToken(direct, agents[0]), tapped: () => firstToken(tapped, agents[1]) }
    const times = { direct: 0, tapped: 0 }
    for (const way of pair % 2 === 0 ? (['direct', 'tapped'] as const) : (['tapped', 'direct'] as const))
      times[way] = await ask[way]()
    if (pair < 0) continue
    base.push(times.direct)
    added.push(times.tapped - times.direct)
  }
  for (const agent of agents) agent.destroy()
  return { base, added }
}

/** Milliseconds from sending to the first byte of the body; resolves when the whole answer was read. */
async function firstToken(endpoint: string, agent: Agent): Promise<number> {
  const begin = performance.now()
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
  const outgoing = request(`${endpoint}/api/chat`, { method: 'POST', agent, headers }).end(body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  let first: number | undefined
  incoming.on('data', () => {
    first ??= performance.now() - begin
  })
  await once(incoming, 'end')
  if (first === undefined) throw new Error(`${endpoint} sent an answer without a body`)
  return first
}
