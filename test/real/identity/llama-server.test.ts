import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { describeReal } from '../runtimes/describe-real.ts'
import { freePort } from '../runtimes/free-port.ts'
import { type LlamaServerOptions, startLlamaServer } from '../runtimes/llama-server.ts'
import { preparedPath } from '../runtimes/prepared-runtimes.ts'
import type { WatchedServer } from '../runtimes/watched-server.ts'
import { showAttempts, tryLane } from './tried-lane.ts'
import { writeAdapter } from './write-adapter.ts'

const alias = 'smollm2:135m'

describeReal(['llamaServer', 'weights', 'requantised'], 'the identity of a lane on llama-server', () => {
  const weights = preparedPath('weights')
  const requantised = preparedPath('requantised')
  const servers: WatchedServer[] = []
  const start = async (options: Partial<LlamaServerOptions> = {}) => {
    const server = await startLlamaServer({ alias, context: 1024, ...options })
    servers.push(server)
    return server
  }
  const laneOf = (server: WatchedServer, pin = `, weights: '${weights}'`, more = {}) =>
    tryLane(`kind: llama-server, endpoint: '${server.endpoint}'`, `model: '${alias}'${pin}`, more)
  const folder = async () => {
    const made = await mkdtemp(join(tmpdir(), 'bench-memo-identity-'))
    onTestFinished(() => rm(made, { recursive: true }))
    return made
  }
  showAttempts()
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()))
  })

  test('is proven up to the mapped file that the config expects, and the first answer stays the cold one', async () => {
    const tried = await laneOf(await start())
    const first = await tried.ask(0)
    await tried.ask(1)
    expect(first).toMatchObject({ identity: { level: 'mapped' }, outcome: { timing: { state: 'cold' } } })
    expect(await tried.control()).toBe('answered')
    expect(tried.verdict('the expected file', 'llama-server')).toMatchObject({
      status: 'pass',
      observed: expect.stringContaining('level mapped'),
    })
  }, 60_000)

  test('is proven up to the file where the server does not map it, and says so', async () => {
    const tried = await laneOf(await start({ extraArguments: ['--no-mmap'] }))
    const { identity } = await tried.ask(0)
    expect(identity).toMatchObject({ level: 'weights', notes: [expect.stringContaining('without mapping')] })
    expect(tried.verdict('the expected file, --no-mmap', 'llama-server').status).toBe('pass')
  }, 60_000)

  test('is refused where another file answers under the alias, whatever the response says', async () => {
    const tried = await laneOf(await start({ weights: requantised }))
    expect(await tried.ask(0)).toMatchObject({ response_model: alias })
    expect(tried.verdict('a lying --alias', 'llama-server')).toMatchObject({ status: 'fail' })
  }, 60_000)

  test.for<[string, string[]]>([
    ['mapped', []],
    ['read', ['--no-mmap']],
  ])(
    'is refused where the %s file was replaced under the running server',
    { timeout: 60_000 },
    async ([how, extraArguments]) => {
      const path = join(await folder(), 'model.gguf')
      await copyFile(requantised, path)
      const server = await start({ weights: path, extraArguments })
      await new Promise((resolve) => setTimeout(resolve, 2_000))
      await copyFile(weights, `${path}.new`)
      await rename(`${path}.new`, path)
      const tried = await laneOf(server)
      await tried.ask(0)
      expect(tried.verdict(`the ${how} file replaced by the expected one`, 'llama-server').status).toBe('fail')
    },
  )

  test('is refused where another server takes over the port between two answers', async () => {
    const port = await freePort()
    const tried = await laneOf(await start({ port }), '')
    await tried.ask(0)
    await servers.pop()?.stop()
    await start({ port, weights: requantised })
    await tried.ask(1)
    expect(tried.verdict('another server on the same port', 'llama-server')).toMatchObject({
      status: 'fail',
      reason: 'the weights were loaded anew while the answer was made',
    })
  })

  test('is another one with another adapter on the same weights', async () => {
    const made = await folder()
    const [one, two] = [join(made, 'one.gguf'), join(made, 'two.gguf')]
    await writeAdapter(one, 1)
    await writeAdapter(two, 2)
    const plain = await laneOf(await start(), '')
    const adapted = await laneOf(await start({ extraArguments: ['--lora', one] }), '', { earlier: [] })
    const first = await adapted.ask(0)
    expect(first.identity).toMatchObject({ level: 'mapped', adapters: [{ name: 'one.gguf', scale: 1 }] })
    expect(first.fingerprint).not.toBe((await plain.ask(0)).fingerprint)
    await Promise.all(servers.splice(0).map((server) => server.stop()))
    const other = await laneOf(await start({ extraArguments: ['--lora', two] }), '', { earlier: adapted.evidence() })
    await other.ask(1)
    expect(other.verdict('another LoRA on the same base', 'llama-server')).toMatchObject({
      status: 'fail',
      reason: 'its weights are other ones than of the first answer: another model, in one verdict',
    })
    const pinned = await laneOf(servers[0] as WatchedServer)
    await pinned.ask(0)
    expect(pinned.verdict('an adapter on the pinned base', 'llama-server').status).toBe('fail')
  }, 120_000)

  test('is refused where the strength of an adapter is changed between two answers', async () => {
    const adapter = join(await folder(), 'one.gguf')
    await writeAdapter(adapter, 1)
    const server = await start({ extraArguments: ['--lora', adapter] })
    const tried = await laneOf(server, '')
    await tried.ask(0)
    await fetch(`${server.endpoint}/lora-adapters`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ id: 0, scale: 0.5 }]),
    })
    await tried.ask(1)
    expect(tried.verdict('another scale of the LoRA', 'llama-server').status).toBe('fail')
  }, 60_000)
})
