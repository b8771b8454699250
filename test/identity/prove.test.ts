import { describe, expect, test } from 'vitest'
import { type AttestedWeights, type Holding, type Observation, proveIdentity } from '../../src/identity/prove.ts'

const hash = 'a'.repeat(64)
const described = { tag: 'small', weights_files: ['/models/small.gguf'], load_id: 'one' }
const weightsOf = (sha256: string, holding: Holding = 'unknown', file = '/models/small.gguf'): AttestedWeights => ({
  sha256,
  files: [{ file, sha256 }],
  holding,
})
const observation: Observation = {
  requested_model: 'small',
  response_model: 'small',
  required: 'weights',
  expected_weights: `sha256:${hash}`,
  before: described,
  after: described,
  weights: weightsOf(hash),
  location: 'local',
}

describe('proof of identity', () => {
  test.for([
    ['mapped', { weights: weightsOf(hash, 'mapped') }],
    ['weights', {}],
    ['weights', { weights: weightsOf(hash, 'not-mapped') }],
    ['declared-twice', { weights: weightsOf(hash, 'younger') }],
    ['declared-twice', { weights: weightsOf(hash, 'elsewhere') }],
    ['declared-twice', { weights: undefined }],
    ['declared', { before: undefined, weights: undefined }],
    ['echo', { before: undefined, after: undefined, weights: undefined }],
    ['none', { before: undefined, after: undefined, weights: undefined, response_model: 'other' }],
  ] satisfies [string, Partial<Observation>][])('reaches level %s and no higher', ([level, changes]) => {
    expect(proveIdentity({ ...observation, ...changes }).level).toBe(level)
  })

  test.for([
    ['large-2026-*', 'large-2026-01-31', 'echo'],
    ['large-2026-*', 'large-2025-01-31', 'none'],
    ['large-2026-*', 'other/large-2026-01-31', 'none'],
    ['large.1*', 'largeX1', 'none'],
    ['*', 'anything', 'echo'],
  ] as const)(
    'a lane that expects answers by the name %s takes %s: %s',
    ([expected_response, response_model, level]) => {
      const nothing = { before: undefined, after: undefined, weights: undefined, expected_weights: undefined }
      const seen = { ...observation, ...nothing, location: 'cloud', response_model, expected_response } as const
      const proof = proveIdentity(seen)
      expect(proof.level).toBe(level)
      expect(proof.contradictions).toHaveLength(level === 'echo' ? 0 : 1)
    },
  )

  test('is no proof of weights where the runtime names a tag but no file', () => {
    const nameless = { tag: 'small', load_id: 'one' }
    expect(proveIdentity({ ...observation, before: nameless, after: nameless }).level).toBe('echo')
  })

  test('says that files could not be read, where they are of this machine, and names them without their folders', () => {
    const unread = proveIdentity({ ...observation, weights: undefined })
    expect(unread.notes).toEqual([expect.stringContaining('could not be read here')])
    expect(unread.declared_files).toEqual(['small.gguf'])
    const remote = {
      ...described,
      weights_files: ['10.0.0.7:C:\\Users\\me\\small.gguf', '10.0.0.7:/home/me/tone.gguf'],
    }
    const far = proveIdentity({ ...observation, before: remote, after: remote, weights: undefined })
    expect(far.notes).toBeUndefined()
    expect(far.declared_files).toEqual(['small.gguf', 'tone.gguf'])
    expect(proveIdentity(observation)).not.toHaveProperty('declared_files')
  })

  const otherAdapter = { ...described, adapters: [{ file: '/models/tone.gguf', scale: 1 }] }
  test.for([
    ['other weights than the pin', { weights: weightsOf('b'.repeat(64)) }, 'the config expects sha256:aaaaaaaaaaaa…'],
    [
      'another digest than the pin',
      { expected_digest: `sha256:${hash}`, after: { ...described, digest: 'dd' } },
      'dd…',
    ],
    ['a reload during the answer', { after: { ...described, load_id: 'two' } }, 'loaded anew'],
    ['another file during the answer', { after: { ...described, weights_files: ['/other.gguf'] } }, 'loaded anew'],
    ['a tag that was made anew during the answer', { after: { ...described, digest: 'new' } }, 'another model'],
    ['another template during the answer', { after: { ...described, template_sha256: hash } }, 'template'],
    ['another adapter during the answer', { after: otherAdapter }, 'the adapters changed'],
    ['another tag than was asked for', { requested_model: 'large' }, 'asked for large, the runtime declares small'],
    [
      'a file that was replaced under a running server',
      { weights: weightsOf(hash, 'replaced') },
      'another file in memory',
    ],
    [
      'a blob with other bytes than its name says',
      { weights: weightsOf(hash, 'mapped', `/blobs/sha256-${'c'.repeat(64)}`) },
      'sha256-cccccccccccc… is corrupt',
    ],
    [
      'a local tag that a cloud serves',
      { after: { ...described, served_elsewhere: 'gpt at ollama.com' } },
      'served elsewhere: gpt at ollama.com',
    ],
    [
      'a local answer through a gateway',
      { gateway: { 'x-litellm-model-id': 'cloud-1' } },
      'through a gateway (x-litellm-model-id: cloud-1)',
    ],
    [
      "a gateway's fallback, in the cloud too",
      { location: 'cloud', gateway: { 'x-litellm-attempted-fallbacks': '1' } },
      'fell back to another deployment',
    ],
  ] satisfies [string, Partial<Observation>, string][])('is contradicted by %s', ([, changes, words]) => {
    expect(proveIdentity({ ...observation, ...changes }).contradictions.join()).toContain(words)
  })

  test('is not contradicted by a gateway that leads to a cloud, and records it', () => {
    const gateway = { 'x-litellm-attempted-fallbacks': '0', 'x-litellm-model-id': 'one' }
    const proof = proveIdentity({ ...observation, location: 'cloud', gateway })
    expect(proof).toMatchObject({ contradictions: [], via_gateway: gateway })
  })

  test('is not contradicted by a reload of files whose names are their hashes, and notes it', () => {
    const blob = { ...described, weights_files: [`/blobs/sha256-${hash}`] }
    const weights = weightsOf(hash, 'mapped', `/blobs/sha256-${hash}`)
    const proof = proveIdentity({ ...observation, weights, before: blob, after: { ...blob, load_id: 'two' } })
    expect(proof).toMatchObject({ level: 'mapped', contradictions: [], notes: [expect.stringContaining('anew')] })
  })

  test('matches the same weights under another name, with a note', () => {
    const named = { ...described, loaded_as: 'other:latest', also_known_as: ['copy:v1'] }
    const proof = proveIdentity({ ...observation, before: named, after: named })
    expect(proof.contradictions).toEqual([])
    expect(proof.notes).toEqual(['the same weights were loaded under the name other:latest', 'another name of copy:v1'])
  })
})
