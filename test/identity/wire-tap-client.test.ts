import { platform } from 'node:os'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { answerChat, chatBody, startTap, startUpstream } from './tap-setting.ts'

const { LOCAL_MODEL_TAG: _, ...environment } = process.env
const script = (endpoint: string) =>
  `fetch('${endpoint}/api/chat', { method: 'POST', body: process.argv[1] }).then((r) => r.text())`

/** A child that asks once and ends, with these variables. */
const ask = (endpoint: string, variables: Record<string, string>) =>
  execa(process.execPath, ['-e', script(endpoint), '--', String(chatBody())], {
    env: { ...environment, ...variables },
    extendEnv: false,
  })

describe.runIf(platform() === 'linux')('the process behind a connection to the wire tap', () => {
  it('is seen with its command and its LOCAL_MODEL_TAG, and nothing else of its environment', async () => {
    const tap = await startTap(await startUpstream(answerChat))
    const set = ask(tap.endpoint, { LOCAL_MODEL_TAG: 'qwen3:8b=x', NOT_LOCAL_MODEL_TAG: 'no', SECRET: 'sesame' })
    await set
    await ask(tap.endpoint, { LOCAL_MODEL_TAG: '' })
    await ask(tap.endpoint, { NOT_LOCAL_MODEL_TAG: 'no' })
    await tap.settled()
    const [first, second, third] = tap.exchanges().map(({ client }) => client)
    expect(first).toEqual({
      pid: set.pid,
      command: [process.execPath, '-e', script(tap.endpoint), '--', String(chatBody())],
      local_model_tag: 'qwen3:8b=x',
      local_model_tag_state: 'set',
    })
    expect(second).toMatchObject({ local_model_tag: '', local_model_tag_state: 'set' })
    expect(third?.local_model_tag_state).toBe('not-set')
    expect(third).not.toHaveProperty('local_model_tag')
    expect(JSON.stringify(tap.exchanges())).not.toContain('sesame')
  })

  it('is the last one of a chain of processes, not the one that was started', async () => {
    const tap = await startTap(await startUpstream(answerChat))
    const outer = execa(
      'sh',
      ['-c', 'LOCAL_MODEL_TAG=inner "$0" -e "$1" -- "{}"; exit 0', process.execPath, script(tap.endpoint)],
      { env: { ...environment, LOCAL_MODEL_TAG: 'outer' }, extendEnv: false },
    )
    await outer
    await tap.settled()
    expect(tap.exchanges()[0]?.client).toMatchObject({ local_model_tag: 'inner' })
    expect(tap.exchanges()[0]?.client?.pid).not.toBe(outer.pid)
  })

  it('is told apart from others that ask at the same time', async () => {
    const tap = await startTap(await startUpstream(answerChat))
    const tags = ['one', 'two', 'three', 'four']
    const children = tags.map((tag) => ask(tap.endpoint, { LOCAL_MODEL_TAG: tag }))
    await Promise.all(children)
    await tap.settled()
    const seen = new Map(tap.exchanges().map(({ client }) => [client?.local_model_tag, client?.pid]))
    expect(seen).toEqual(new Map(tags.map((tag, index) => [tag, children[index]?.pid])))
  })

  it('is this process where it asks itself, also over a connection that is used again', async () => {
    const tap = await startTap(await startUpstream(answerChat))
    for (let time = 0; time < 2; time += 1)
      await (await fetch(`${tap.endpoint}/api/chat`, { method: 'POST', body: chatBody() })).text()
    await tap.settled()
    expect(tap.exchanges()).toMatchObject([{ client: { pid: process.pid } }, { client: { pid: process.pid } }])
  })
})
