import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeReal } from '../runtimes/describe-real.ts'
import { freePort } from '../runtimes/free-port.ts'
import { type LitellmServer, startLitellm } from '../runtimes/litellm.ts'
import { startLlamaServer } from '../runtimes/llama-server.ts'
import type { WatchedServer } from '../runtimes/watched-server.ts'
import { showAttempts, tryLane } from './tried-lane.ts'

const keyName = 'BENCH_MEMO_TEST_GATEWAY_KEY'

describeReal(['litellm', 'llamaServer', 'weights'], 'a gateway between a lane and its model', () => {
  let server: WatchedServer
  let gateway: LitellmServer
  showAttempts()
  beforeAll(async () => {
    server = await startLlamaServer({ alias: 'other', context: 1024 })
    const there = { endpoint: `${server.endpoint}/v1`, model: 'other' }
    gateway = await startLitellm(
      [
        { name: 'summarize', endpoint: `http://127.0.0.1:${await freePort()}/v1`, model: 'small' },
        { name: 'summarize-cloud', ...there },
        { name: 'direct', ...there },
      ],
      { summarize: 'summarize-cloud' },
    )
    process.env[keyName] = gateway.key
  }, 180_000)
  afterAll(async () => {
    delete process.env[keyName]
    await Promise.all([server?.stop(), gateway?.stop()])
  })

  const laneOf = (location: string, model: string) => {
    const runtime = `kind: openai-compatible, endpoint: '${gateway.endpoint}/v1', location: ${location}`
    return tryLane(`${runtime}, api_key_env: ${keyName}`, `model: ${model}, required_identity: echo`)
  }

  test('is seen on a silent fallback: a local lane is refused, and so is a cloud one', async () => {
    const local = await laneOf('local', 'summarize')
    const { outcome, identity } = await local.ask(0)
    expect(outcome.state).toBe('answered')
    expect(identity.via_gateway).toMatchObject({ 'x-litellm-model-id': 'summarize-cloud-1' })
    expect(local.verdict('a silent fallback, local lane', 'LiteLLM')).toMatchObject({
      status: 'fail',
      reason: expect.stringContaining('through a gateway'),
    })
    const cloud = await laneOf('cloud', 'summarize')
    await cloud.ask(0)
    expect(cloud.verdict('a silent fallback, cloud lane', 'LiteLLM')).toMatchObject({
      status: 'fail',
      reason: expect.stringContaining('fell back to another deployment'),
    })
  }, 90_000)

  test('is refused on a local lane without a fallback too, and recorded on a cloud lane', async () => {
    const local = await laneOf('local', 'direct')
    await local.ask(0)
    expect(local.verdict('a gateway without a fallback, local lane', 'LiteLLM').status).toBe('fail')
    const cloud = await laneOf('cloud', 'direct')
    const { identity } = await cloud.ask(0)
    expect(identity.via_gateway).toMatchObject({ 'x-litellm-model-group': 'direct' })
    expect(await cloud.control()).toBe('refused')
    expect(cloud.verdict('a gateway without a fallback, cloud lane', 'LiteLLM').status).toBe('pass')
  }, 90_000)
})
