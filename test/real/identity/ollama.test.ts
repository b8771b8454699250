import { open, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { knownModel } from '../../../src/assessment/identity-notes.ts'
import type { EvidenceOf } from '../../../src/evidence/schema.ts'
import { describeReal } from '../runtimes/describe-real.ts'
import { type OllamaServer, startOllama } from '../runtimes/ollama-server.ts'
import { preparedPath } from '../runtimes/prepared-runtimes.ts'
import { notesOf, showAttempts, tryLane } from './tried-lane.ts'

describeReal(['ollama', 'weights', 'requantised'], 'the identity of a lane on Ollama', () => {
  let server: OllamaServer
  const laneOf = (tag: string, more = '', options = {}) =>
    tryLane(`kind: ollama, endpoint: '${server.endpoint}'`, `model: '${tag}', context: 1024${more}`, options)
  const post = async (path: string, body: object) =>
    (
      await fetch(`${server.endpoint}${path}`, { method: 'POST', body: JSON.stringify({ stream: false, ...body }) })
    ).json()
  const derive = (model: string, system: string) =>
    post('/api/create', { model, from: 'smollm2:135m', system, parameters: { num_thread: 1 } })
  const unload = (model: string) => post('/api/chat', { model, messages: [], keep_alive: 0 })
  showAttempts()
  beforeAll(async () => {
    server = await startOllama()
    await server.create('smollm2:135m')
  }, 90_000)
  afterAll(() => server.stop())

  test('is proven up to the blob that its runner has read; a tag that cannot exist is refused before that is loaded', async () => {
    const tried = await laneOf('smollm2:135m')
    const first = await tried.ask(0)
    expect(first).toMatchObject({ identity: { level: 'weights' }, outcome: { timing: { state: 'cold' } } })
    expect(await tried.control()).toBe('refused')
    expect(tried.verdict('an honest tag', 'Ollama').status).toBe('pass')
    const pinned = await laneOf('smollm2:135m', `, digest: 'sha256:${first.identity.digest}'`)
    await pinned.ask(0)
    expect(pinned.verdict('an honest tag, digest pinned', 'Ollama').status).toBe('pass')
    const blob = await laneOf('smollm2:135m', `, weights: 'sha256:${first.identity.weights_sha256}'`)
    await blob.ask(0)
    expect(blob.verdict('an honest tag, blob pinned', 'Ollama').status).toBe('pass')
  }, 90_000)

  test('is a match with a note under a name that `ollama cp` made', async () => {
    const original = await laneOf('smollm2:135m')
    const { fingerprint, identity } = await original.ask(0)
    await server.copy('smollm2:135m', 'support-classifier:v1')
    const copy = await laneOf('support-classifier:v1', `, weights: 'sha256:${identity.weights_sha256}'`)
    const answer = await copy.ask(0)
    expect(answer.fingerprint).toBe(fingerprint)
    expect(answer.identity.notes?.join()).toContain('another name of smollm2:135m')
    expect(copy.verdict('ollama cp', 'Ollama').status).toBe('pass')
    expect(notesOf(copy).join()).toContain('the tag is another name of smollm2:135m: the same model')
  }, 90_000)

  test('raises no alarm where two tags share a runner, or take turns in loading the same weights', async () => {
    await server.copy('smollm2:135m', 'neighbour:v1')
    const tried = await laneOf('smollm2:135m')
    const neighbour = (options: object) =>
      post('/api/chat', { model: 'neighbour:v1', messages: [{ role: 'user', content: 'Hi' }], ...options })
    await tried.ask(0)
    await neighbour({ truncate: false, shift: false, options: { num_predict: 1, num_ctx: 1024 } })
    const shared = await tried.ask(1)
    expect(shared.identity.load_id_after).toBe(shared.identity.load_id_before)
    expect(tried.verdict('two tags sharing a runner', 'Ollama').status).toBe('pass')
    await neighbour({ options: { num_predict: 1, num_ctx: 512 } })
    const reloaded = await tried.ask(2)
    expect(reloaded.identity.load_id_after).not.toBe(reloaded.identity.load_id_before)
    // Its time holds a load.
    expect(reloaded.outcome).toMatchObject({ timing: { state: 'cold' } })
    expect(tried.verdict('two tags that load the same weights in turn', 'Ollama').status).toBe('pass')
  }, 90_000)

  test('is another model for quality with another system prompt on the same weights', async () => {
    await derive('shouting:v1', 'You shout.')
    const original = await laneOf('smollm2:135m')
    const plain = await original.ask(0)
    const earlier = original.evidence().map((each) => (each.kind === 'lane' ? { ...each, lane: 'plain' } : each))
    const others = ", plain: { runtime: box, model: 'smollm2:135m' }"
    const derived = await laneOf('shouting:v1', '', { others, earlier: earlier.filter(({ kind }) => kind === 'lane') })
    const shouted = await derived.ask(0)
    expect(shouted.identity.weights_sha256).toBe(plain.identity.weights_sha256)
    expect(shouted.fingerprint).not.toBe(plain.fingerprint)
    expect(derived.verdict('a derived model, as a lane of its own', 'Ollama').status).toBe('pass')
    expect(notesOf(derived).join()).toContain('the same weights as plain with another template')
  }, 90_000)

  test('is refused where the system prompt of the tag is changed between two answers', async () => {
    await derive('changing:v1', 'You shout.')
    const tried = await laneOf('changing:v1')
    await tried.ask(0)
    await derive('changing:v1', 'You whisper.')
    await tried.ask(1)
    expect(tried.verdict('another system prompt during a run', 'Ollama').status).toBe('fail')
  }, 90_000)

  test('is refused where the tag is made anew from other weights during a run', async () => {
    await server.create('moving:v1')
    const tried = await laneOf('moving:v1')
    await tried.ask(0)
    await server.create('moving:v1', preparedPath('requantised'))
    await tried.ask(1)
    expect(tried.verdict('other weights under the tag during a run', 'Ollama')).toMatchObject({
      status: 'fail',
      reason: 'the tag came to mean another model while the answer was made',
    })
  }, 90_000)

  test('tells of other weights under the tag since the latest run, and refuses them where they are pinned', async () => {
    await server.create('drifting:v1')
    const before = await laneOf('drifting:v1')
    const { identity } = await before.ask(0)
    const model = knownModel(before.evidence(), 'local')
    await server.create('drifting:v1', preparedPath('requantised'))
    const run = {
      kind: 'run',
      id: 'run-1',
      run_id: 'now',
      at: new Date().toISOString(),
      versions: {},
      config_file: 'bench.config.yaml',
      config_sha256: 'a'.repeat(64),
      filters: [],
      environment_names: [],
      previous: { run_id: 'then', lanes: { local: model ?? {} } },
    } satisfies EvidenceOf<'run'>
    const unpinned = await laneOf('drifting:v1', '', { earlier: [run] })
    await unpinned.ask(0)
    expect(unpinned.verdict('other weights between runs, unpinned', 'Ollama')).toMatchObject({
      status: 'pass',
      observed: expect.stringContaining('unpinned'),
    })
    expect(notesOf(unpinned).join()).toContain('the weights changed since the latest whole run (then)')
    for (const [what, pin] of [
      ['weights', identity.weights_sha256],
      ['digest', identity.digest],
    ]) {
      const pinned = await laneOf('drifting:v1', `, ${what}: 'sha256:${pin}'`)
      await pinned.ask(0)
      expect(pinned.verdict(`other weights between runs, ${what} pinned`, 'Ollama').status).toBe('fail')
    }
  }, 120_000)

  test('fails loudly on a blob with a flipped bit, and on one that was cut', async () => {
    await server.create('broken:v1', preparedPath('requantised'))
    const sound = await laneOf('broken:v1')
    const { identity } = await sound.ask(0)
    await unload('broken:v1')
    const blob = join(server.modelsFolder, 'blobs', `sha256-${identity.weights_sha256}`)
    const { length } = await readFile(blob)
    const file = await open(blob, 'r+')
    const at = length - 1_000_000
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at)
    await file.write(Buffer.from([(buffer[0] as number) ^ 1]), 0, 1, at)
    await file.close()
    const flipped = await laneOf('broken:v1')
    await flipped.ask(0)
    expect(flipped.verdict('a flipped bit in the blob', 'Ollama')).toMatchObject({
      status: 'fail',
      reason: expect.stringContaining('is corrupt'),
    })
    await unload('broken:v1')
    await truncate(blob, 1_000_000)
    const cut = await laneOf('broken:v1')
    await expect(cut.ask(0)).rejects.toMatchObject({ code: expect.stringMatching(/load-failed|request-refused/) })
    expect(cut.verdict('a blob that was cut', 'Ollama').status).toBe('not-measured')
  }, 120_000)
})
