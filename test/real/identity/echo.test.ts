import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assess } from '../../../src/assessment/assess.ts'
import { notesOf, showAttempts, tryLane } from './tried-lane.ts'

/** It repeats whatever name it is asked for, and always knows the answer. */
const echo = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (request.url?.endsWith('/models')) {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: [{ id: 'large' }] }))
    return
  }
  const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = (choice: object) => `data: ${JSON.stringify({ model, choices: [{ index: 0, ...choice }] })}\n\n`
  response.end(`${chunk({ delta: { content: '{}' } })}${chunk({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`)
})

describe('a server that repeats any name', () => {
  showAttempts()
  beforeAll(() => new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise((resolve) => echo.close(resolve)))

  const laneOf = (location: string, settings = '') => {
    const endpoint = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/v1`
    const runtime = `kind: openai-compatible, endpoint: '${endpoint}', location: ${location}`
    return tryLane(runtime, `model: large, required_identity: echo${settings}`)
  }

  test.for(['local', 'cloud'])('proves nothing on a %s lane: its echo counts as no proof at all', async (location) => {
    const tried = await laneOf(location)
    expect((await tried.ask(0)).identity.level).toBe('echo')
    expect(await tried.control()).toBe('answered')
    expect(tried.verdict(`an echo of anything, ${location}`, 'echo')).toMatchObject({
      status: 'fail',
      reason: 'the server answers a tag that cannot exist, so the name that it repeats proves nothing',
    })
    expect(notesOf(tried)).toEqual(['a tag that cannot exist was answered: the server does not check names'])
    expect(assess(tried.evidence(), tried.config).workloads[0]?.route.route).toBe('blocked')
  })

  test('is not asked for a tag that cannot exist where the lane says so, and stays conditional', async () => {
    const tried = await laneOf('local', ', negative_control: false')
    await tried.ask(0)
    expect(await tried.control()).toBeUndefined()
    expect(tried.verdict('an echo, control off', 'echo')).toMatchObject({
      status: 'pass',
      condition: expect.stringContaining('which nothing proves'),
    })
  })
})
