import { describe, expect, test } from 'vitest'
import { isLoopback, isPrivateAddress } from '../../src/config/endpoint.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { requiredLevel } from '../../src/config/required-level.ts'

function levelOf(runtime: string, lane = '') {
  const config = parseConfig(
    `version: 1
runtimes: { box: { ${runtime} } }
lanes: { one: { runtime: box, model: smollm2-135m-instruct${lane} } }
workloads: { task: { title: Task, dataset: data, lanes: [one], privacy: public } }`,
    'bench.config.yaml',
  )
  return requiredLevel(config, 'one')
}

describe('the proof that a lane must reach', () => {
  test.each([
    ['kind: embedded', 'weights'],
    ['kind: ollama', 'weights'],
    ["kind: llama-server, endpoint: 'http://localhost:9000'", 'weights'],
    ["kind: ollama, endpoint: 'http://192.168.1.20:11434'", 'declared-twice'],
    ['kind: vllm', 'declared-twice'],
    ['kind: openai-compatible, location: cloud', 'echo'],
    ["kind: ollama, location: cloud, endpoint: 'https://gpu.example'", 'echo'],
  ])('%s: %s', (runtime, level) => {
    expect(levelOf(runtime)).toBe(level)
  })

  test('is what the lane says, where that is within reach', () => {
    expect(levelOf('kind: ollama', ', required_identity: declared')).toBe('declared')
    expect(() => levelOf('kind: vllm', ', required_identity: weights')).toThrow(
      'a vllm runtime proves declared-twice at most',
    )
    expect(() =>
      levelOf("kind: ollama, endpoint: 'http://192.168.1.20:11434'", ', required_identity: weights'),
    ).toThrow('on another host proves declared-twice at most')
  })

  test('cannot be left to the default where the server only echoes', () => {
    expect(() => levelOf('kind: lm-studio')).toThrow('an lm-studio runtime proves echo at most')
    expect(() => levelOf("kind: openai-compatible, location: local, endpoint: 'http://127.0.0.1:9000/v1'")).toThrow(
      'proves echo at most, and a local lane asks for more',
    )
  })
})

describe('where an address is', () => {
  test.each(['http://127.0.0.1:1', 'http://localhost', 'http://[::1]:1', 'http://api.localhost', 'http://127.9.9.9'])(
    '%s is this machine',
    (url) => expect(isLoopback(url)).toBe(true),
  )
  test.each(['http://127.0.0.1.example', 'http://10.0.0.1', 'http://localhost.example', 'https://[::2]'])(
    '%s is not this machine',
    (url) => expect(isLoopback(url)).toBe(false),
  )
  test.each(['10.1.2.3', '172.31.0.1', '192.168.0.1', '169.254.1.1', '100.64.0.1', 'fd00::1', 'fe80::1', '127.0.0.1'])(
    '%s is private',
    (address) => expect(isPrivateAddress(address)).toBe(true),
  )
  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2001:4860::1', '192.169.0.1', 'localhost'])(
    '%s is not',
    (address) => expect(isPrivateAddress(address)).toBe(false),
  )
  test('a runtime called local with a public address is refused', () => {
    expect(() => levelOf("kind: ollama, endpoint: 'http://8.8.8.8:11434'")).toThrow(
      '8.8.8.8 is a public address, so prompts would leave the premises',
    )
  })
})
