import { describe, expect, test } from 'vitest'
import { type Observation, proveIdentity } from '../../src/identity/prove.ts'

const hash = 'a'.repeat(64)
const described = { tag: 'small', weights_files: ['/models/small.gguf'], load_id: 'one' }
const observation: Observation = {
  requested_model: 'small',
  response_model: 'small',
  required: 'weights',
  expected_weights: `sha256:${hash}`,
  before: described,
  after: described,
  weights_sha256: hash,
}

describe('proof of identity', () => {
  test.for([
    ['weights', {}],
    ['declared-twice', { weights_sha256: undefined }],
    ['declared', { before: undefined, weights_sha256: undefined }],
    ['echo', { before: undefined, after: undefined, weights_sha256: undefined }],
    ['none', { before: undefined, after: undefined, weights_sha256: undefined, response_model: 'other' }],
  ] satisfies [string, Partial<Observation>][])('reaches level %s and no higher', ([level, changes]) => {
    expect(proveIdentity({ ...observation, ...changes }).level).toBe(level)
  })

  test('is no proof of weights where the runtime names a tag but no file', () => {
    const nameless = { tag: 'small', load_id: 'one' }
    expect(proveIdentity({ ...observation, before: nameless, after: nameless }).level).toBe('echo')
  })

  test.for([
    ['other weights than the pin', { weights_sha256: 'b'.repeat(64) }, 'the config expects sha256:aaaaaaaaaaaa…'],
    ['a reload during the answer', { after: { ...described, load_id: 'two' } }, 'loaded anew'],
    ['another file during the answer', { after: { ...described, weights_files: ['/other.gguf'] } }, 'loaded anew'],
    ['another tag than was asked for', { requested_model: 'large' }, 'asked for large, the runtime declares small'],
  ] satisfies [string, Partial<Observation>, string][])('is contradicted by %s', ([, changes, words]) => {
    expect(proveIdentity({ ...observation, ...changes }).contradictions.join()).toContain(words)
  })
})
