import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { UnknownName } from '../../src/policy/candidate-lane.ts'
import { readPolicy } from '../../src/policy/policy-file.ts'
import { type PreflightOptions, preflight } from '../../src/policy/preflight.ts'
import { serve } from '../runtimes/loopback-server.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { coloursConfig, useColours } from './colours.ts'

let answer: string | undefined = '{"colour":"red"}'
/** What happens while the model answers. */
let meanwhile: () => Promise<void> = async () => undefined
const server = useAnsweringServer(async () => {
  await meanwhile()
  return answer
})
const folder = useColours()
beforeEach(() => {
  answer = '{"colour":"red"}'
  meanwhile = async () => undefined
})

const start = Date.UTC(2026, 0, 1, 12)
const minutes = (count: number) => new Date(start + count * 60_000)

const config = (more = '') => coloursConfig(server.endpoint, more)
const fly = (options: Partial<PreflightOptions> & { at?: number } = {}) =>
  preflight({
    config: config(),
    root: folder.root,
    workload: 'colours',
    now: () => minutes(options.at ?? 0),
    ...options,
  })
const governed = (more = '') =>
  config(
    `policy: { governors: [{ file: governor.json, pointer: /quality, created_at: /since, reason_at: /why${more} }] }`,
  )
const block = (since: number, why = 'blocked_local_quality') =>
  writeFile(
    join(folder.root, 'governor.json'),
    JSON.stringify({ quality: { since: minutes(since).toISOString(), why } }),
  )

describe('a preflight', () => {
  test('asks one record, and says go with identity and validity proven', async () => {
    const { verdict, by, checks, evidence_ids, evidence, conditions } = await fly()
    expect({ verdict, by, statuses: checks.map(({ name, status }) => `${name} ${status}`) }).toEqual({
      verdict: 'go',
      by: 'probe',
      statuses: ['memory pass', 'block pass', 'identity pass', 'validity pass'],
    })
    expect(server.asked).toHaveLength(1)
    expect(conditions).toEqual(['the server answers with the model it names, which nothing proves'])
    expect(evidence_ids).toHaveLength(1)
    expect(evidence).toMatch(/^\.bench\/operations\//)
  })

  test('serves the next ones by its proof, for as long as the config says', async () => {
    await fly()
    const { verdict, by, conditions } = await fly({ at: 59 })
    expect({ verdict, by, conditions }).toEqual({
      verdict: 'go',
      by: 'proof',
      conditions: ['the server answers with the model it names, which nothing proves'],
    })
    expect(server.asked).toHaveLength(1)
    expect(await fly({ at: 60 })).toMatchObject({ verdict: 'go', by: 'probe' })
    expect(server.asked).toHaveLength(2)
  })

  test('takes no proof of another start of the machine, of another contract or of other settings', async () => {
    await fly()
    const file = join(folder.root, '.bench', 'policy.json')
    const state = await readFile(file, 'utf8')
    await writeFile(file, state.replace(/"boot_id": "[^"]+"/, '"boot_id": "another start"'))
    expect(await fly({ at: 1 })).toMatchObject({ by: 'probe' })
    const warmer = config()
    for (const lane of Object.values(warmer.lanes)) lane.temperature = 1
    expect(await fly({ at: 2, config: warmer })).toMatchObject({ by: 'probe' })
    await writeFile(
      join(folder.root, 'colours', 'schema.json'),
      '{"type":"object","properties":{"colour":{"enum":["red","blue","green"]}},"required":["colour"]}',
    )
    expect(await fly({ at: 3, config: warmer })).toMatchObject({ by: 'probe' })
  })

  test('takes no proof of a lower level than is required now, nor of a server at another place', async () => {
    await fly()
    const stricter = config()
    for (const lane of Object.values(stricter.lanes)) lane.required_identity = 'weights'
    expect(await fly({ at: 1, config: stricter })).toMatchObject({ verdict: 'no-go', by: 'probe' })
    await writeFile(join(folder.root, '.bench', 'policy.json'), '{"version":1,"blocks":[],"clearances":[],"proofs":[]}')
    await fly({ at: 2 })
    const elsewhere = config()
    const [runtime] = Object.values(elsewhere.runtimes)
    Object.assign(runtime as object, { endpoint: server.endpoint.replace('127.0.0.1', 'localhost') })
    expect(await fly({ at: 3, config: elsewhere })).toMatchObject({ by: 'probe' })
  })

  test('that waited for another one sees the block which that one wrote, and does not ask again', async () => {
    answer = 'Red, I would say.'
    const both = await Promise.all([fly(), fly()])
    expect(both.map(({ verdict, by }) => `${verdict} ${by}`).sort()).toEqual(['no-go none', 'no-go probe'])
    expect(server.asked).toHaveLength(1)
  })

  test('writes no block against a model that was not loaded for want of memory', async () => {
    const answers: Record<string, object> = {
      '/api/show': {
        model_info: {
          'general.architecture': 'llama',
          'llama.block_count': 80,
          'llama.attention.head_count': 64,
          'llama.embedding_length': 8192,
        },
      },
      '/api/tags': { models: [{ name: 'large:latest', digest: 'a', size: 9e13 }] },
      '/api/ps': { models: [] },
      '/api/version': { version: '0.31.0' },
    }
    const { endpoint } = await serve(
      (request, response) => void response.end(JSON.stringify(answers[request.url ?? ''] ?? {})),
    )
    const large = config()
    large.runtimes = { server: { kind: 'ollama', endpoint: endpoint.replace('/v1', ''), location: 'local' } }
    for (const lane of Object.values(large.lanes)) lane.model = 'large'
    const { verdict, by, checks, evidence_ids } = await fly({ config: large })
    expect({ verdict, by, memory: checks.filter(({ name }) => name === 'memory') }).toEqual({
      verdict: 'no-go',
      by: 'none',
      memory: [{ name: 'memory', status: 'fail', detail: expect.stringContaining('large was not loaded for quality') }],
    })
    expect(evidence_ids).not.toEqual([])
    expect((await readPolicy(join(folder.root, '.bench'))).blocks).toEqual([])
  })

  test('two at once ask the model once', async () => {
    const both = await Promise.all([fly(), fly()])
    expect(both.map(({ by }) => by).sort()).toEqual(['probe', 'proof'])
    expect(server.asked).toHaveLength(1)
  })

  test('says no-go where the answer breaks the contract, and writes a block that holds longer each time', async () => {
    answer = '{"colour":"green"}'
    const failed = await fly()
    expect(failed).toMatchObject({ verdict: 'no-go', by: 'probe' })
    expect(failed.checks.at(-1)).toEqual({
      name: 'validity',
      status: 'fail',
      detail: 'r-1: field colour is outside its vocabulary',
    })
    // Within its time the model is not asked again.
    const held = await fly({ at: 4 })
    expect(held).toMatchObject({ verdict: 'no-go', by: 'none' })
    expect(held.checks.at(-1)?.detail).toContain('the preflight failed: field colour is outside its vocabulary')
    expect(await fly({ at: 5 })).toMatchObject({ verdict: 'no-go', by: 'probe' })
    const [{ failures, expires, exit_code, stderr } = {}] = (await readPolicy(join(folder.root, '.bench'))).blocks
    expect({ failures, expires, exit_code, stderr }).toEqual({
      failures: 2,
      expires: minutes(15).toISOString(),
      exit_code: 1,
      stderr: 'field colour is outside its vocabulary',
    })
    answer = '{"colour":"red"}'
    expect(await fly({ at: 16 })).toMatchObject({
      verdict: 'go',
      notes: [expect.stringContaining('cleared the block')],
    })
    expect((await readPolicy(join(folder.root, '.bench'))).blocks).toEqual([])
  })

  test('says no-go where the runtime is not there, and what to do', async () => {
    const gone = config()
    gone.runtimes = { server: { kind: 'openai-compatible', endpoint: 'http://127.0.0.1:9/v1', location: 'local' } }
    const { verdict, checks } = await fly({ config: gone })
    expect(verdict).toBe('no-go')
    expect(checks.at(-1)?.detail).toContain('127.0.0.1:9')
  })

  test('knows no verdict where the deadline passes first, and blocks nothing for it', async () => {
    answer = undefined
    const { verdict, checks } = await fly({ deadline_ms: 300 })
    expect({ verdict, last: checks.at(-1) }).toEqual({
      verdict: 'unknown',
      last: { name: 'identity', status: 'unknown', detail: 'no verdict within 0.3 s' },
    })
    expect((await readPolicy(join(folder.root, '.bench'))).blocks).toEqual([])
  })

  test('takes a deadline of any length', async () => {
    expect(await fly({ deadline_ms: 30 * 86_400_000 })).toMatchObject({ verdict: 'go' })
    expect(await fly({ deadline_ms: 1e15, at: 90 })).toMatchObject({ verdict: 'go', by: 'probe' })
  })

  test('says no-go before anything is asked where memory is critical', async () => {
    const full = config()
    full.machine.memory = { ...full.machine.memory, caution_used_percent: 1, critical_used_percent: 1.1 }
    expect(await fly({ config: full })).toMatchObject({ verdict: 'no-go', by: 'none' })
    expect(server.asked).toHaveLength(0)
  })

  test('names what the config has where it is asked for something else', async () => {
    await expect(fly({ workload: 'colour' })).rejects.toThrow(UnknownName)
    await expect(fly({ workload: 'constructor' })).rejects.toThrow('the config has no workload constructor')
    await expect(fly({ lane: 'fast' })).rejects.toThrow('fast is no lane of colours; it has quality')
  })
})

describe("a governor's block", () => {
  test('that still holds is respected: nothing is asked', async () => {
    await block(-60)
    const { verdict, by, checks } = await fly({ config: governed() })
    expect({ verdict, by }).toEqual({ verdict: 'no-go', by: 'none' })
    expect(checks.at(-1)).toEqual({
      name: 'block',
      status: 'fail',
      detail: `blocked_local_quality (governor.json /quality), until ${minutes(11 * 60).toISOString()}`,
    })
    expect(server.asked).toHaveLength(0)
  })

  test('past its bound leads to a probe, never straight to a go, and a success refutes it', async () => {
    await block(-13 * 60)
    await fly() // a proof without the block
    const { verdict, by, notes } = await fly({ config: governed(), at: 1 })
    expect({ verdict, by }).toEqual({ verdict: 'go', by: 'probe' })
    expect(notes).toEqual(['refuted /quality in governor.json: its file is not edited (on_clear: keep)'])
    expect(server.asked).toHaveLength(2)
    // The file still says so: it was refuted, and the proof serves.
    expect(await fly({ config: governed(), at: 2 })).toMatchObject({ verdict: 'go', by: 'proof' })
    // Written anew, it is another block.
    await block(-10)
    expect(await fly({ config: governed(), at: 3 })).toMatchObject({ verdict: 'no-go', by: 'none' })
  })

  test('that is written while the model is asked turns a go into a no-go', async () => {
    meanwhile = () => block(0, 'maintenance')
    const { verdict, by, checks } = await fly({ config: governed() })
    expect({ verdict, by }).toEqual({ verdict: 'no-go', by: 'probe' })
    expect(checks.at(-1)).toMatchObject({
      name: 'block',
      status: 'fail',
      detail: expect.stringContaining('maintenance'),
    })
  })

  test('without a time of its own, written again in the same words after it was refuted, holds again', async () => {
    const undated = config('policy: { governors: [{ file: governor.json, pointer: /quality }] }')
    const blockAgain = async (at: number) => {
      await writeFile(join(folder.root, 'governor.json'), '{"quality": "blocked"}')
      await utimes(join(folder.root, 'governor.json'), minutes(at), minutes(at))
    }
    await blockAgain(-13 * 60)
    expect(await fly({ config: undated })).toMatchObject({ verdict: 'go', by: 'probe' })
    expect(await fly({ config: undated, at: 1 })).toMatchObject({ verdict: 'go', by: 'proof' })
    await blockAgain(2)
    expect(await fly({ config: undated, at: 3 })).toMatchObject({ verdict: 'no-go', by: 'none' })
  })

  test('from a time that has not come yet leads to a probe, and does not hold for ever', async () => {
    await block(60 * 24 * 365)
    expect(await fly({ config: governed() })).toMatchObject({ verdict: 'go', by: 'probe' })
    expect(await fly({ config: governed(), at: 1 })).toMatchObject({ verdict: 'go', by: 'proof' })
  })

  test('is edited by the settings that it was read with, though others of the same file stand before', async () => {
    await writeFile(join(folder.root, 'governor.json'), '{"quality": {"since": 0}, "other": {"since": 0}}')
    const two = config(
      'policy: { governors: [{ file: governor.json, pointer: /other, on_clear: remove, created_at: /since }, { file: governor.json, pointer: /quality, created_at: /since }] }',
    )
    expect(await fly({ config: two })).toMatchObject({ verdict: 'go' })
    expect(JSON.parse(await readFile(join(folder.root, 'governor.json'), 'utf8'))).toEqual({ quality: { since: 0 } })
  })

  test('past its bound stays where the probe fails, as a fresh block of its own', async () => {
    await block(-13 * 60)
    answer = 'Red, I would say.'
    const { verdict, checks } = await fly({ config: governed() })
    expect(verdict).toBe('no-go')
    expect(checks.find(({ name }) => name === 'block')).toMatchObject({ status: 'fail' })
    expect(await fly({ config: governed(), at: 1 })).toMatchObject({ verdict: 'no-go', by: 'none' })
  })

  test('is taken out of its file where the config says so, with a copy kept', async () => {
    await block(-13 * 60)
    const { verdict, notes } = await fly({ config: governed(', on_clear: remove') })
    expect(verdict).toBe('go')
    expect(notes).toEqual([
      expect.stringMatching(/^cleared \/quality in governor\.json; its copy is governor\.json\..+\.bak$/),
    ])
    expect(JSON.parse(await readFile(join(folder.root, 'governor.json'), 'utf8'))).toEqual({})
  })

  test('whose file cannot be read leaves the verdict unknown, which is no go', async () => {
    await writeFile(join(folder.root, 'governor.json'), '{"quality": {')
    const { verdict, checks } = await fly({ config: governed() })
    expect(verdict).toBe('unknown')
    expect(checks.at(-1)?.detail).toContain('governor.json is no JSON')
    expect(server.asked).toHaveLength(0)
  })
})
