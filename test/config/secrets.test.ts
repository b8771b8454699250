import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { configWith, refusalMessage } from './config-text.ts'

/** Made of pieces, so that scanners of this repository find no key in it. */
const openAiKey = ['sk', 'proj', 'a1B2c3D4e5F6g7H8i9J0'].join('-')

describe('secrets in a config', () => {
  test('a key where the name of a variable belongs is refused without being shown', () => {
    const message = refusalMessage(configWith('PROVIDER_API_KEY', openAiKey))
    expect(message).toMatchInlineSnapshot(
      `"bench.config.yaml:13:18  runtimes.provider.api_key_env: this looks like a secret itself; put it into an environment variable, write that variable's NAME here, and revoke the secret if the file was shared"`,
    )
    expect(message).not.toContain('a1B2')
  })

  test.each([
    ['a short text that begins like a key', 'sk-short'],
    ['hexadecimal', '9f86d081884c7d659a2feaa0c55ad015'],
    ['base64', 'dGhpcyBpcyBub3QgYSByZWFsIGtleQ=='],
    ['the identifier of an Amazon key, which could be a name', ['AKIA', 'IOSFODNN7EXAMPLE'].join('')],
    ['capital hexadecimal, which could be a name', 'F86D081884C7D659A2FEAA0C55AD015A'],
  ])('%s is taken for a value', (_, value) => {
    const message = refusalMessage(configWith('PROVIDER_API_KEY', value))
    expect(message).toContain('api_key_env: this looks like a secret itself')
    expect(message).not.toContain(value)
  })

  test('a long name of a variable is a name', () => {
    const text = configWith('PROVIDER_API_KEY', 'INTERNAL_PLATFORM_PROVIDER_V2_PRODUCTION_API_KEY')
    expect(parseConfig(text, 'x').runtimes.provider).toHaveProperty('api_key_env')
  })

  test.each(['sk-learn-classifier', 'hf-internal-testing/tiny', 'ghp', 'qwen3:8b'])(
    '%s is a model, not a key',
    (tag) => {
      expect(parseConfig(configWith('model: large', `model: ${tag}`), 'x').lanes.cloud?.model).toBe(tag)
    },
  )

  test('a wrong name of a variable is not shown either', () => {
    expect(refusalMessage(configWith('PROVIDER_API_KEY', 'hunter2'))).toMatchInlineSnapshot(
      `"bench.config.yaml:13:18  runtimes.provider.api_key_env: expected another form (name an environment variable (A-Z, 0-9, _), never its value); found a text that is not shown here"`,
    )
  })

  test('a key is refused wherever it stands', () => {
    expect(refusalMessage(configWith('model: large', `model: ${openAiKey}`))).toMatchInlineSnapshot(
      `"bench.config.yaml:24:12  lanes.cloud.model: this looks like a secret; remove it and revoke it if the file was shared (keys come from the variable that api_key_env names)"`,
    )
  })

  test('the value of an unknown key is not shown', () => {
    const message = refusalMessage(configWith('api_key_env: PROVIDER_API_KEY', 'api_key: hunter2hunter2'))
    expect(message).toMatchInlineSnapshot(
      `"bench.config.yaml:13:5  runtimes.provider.api_key: unknown key; did you mean "api_key_env"?"`,
    )
  })

  test('a key of a map that is a secret is not shown', () => {
    expect(refusalMessage(`${openAiKey}: 1\n`)).not.toContain('a1B2')
    expect(refusalMessage(`runtimes: {${openAiKey}: 1}\n`)).not.toContain('a1B2')
    expect(refusalMessage(`${openAiKey}: 1\n${openAiKey}: 2\n`)).not.toContain('a1B2')
  })

  test('credentials in a URL are refused', () => {
    expect(
      refusalMessage(configWith('https://api.example.com/v1', 'https://me:hunter2@api.example.com/v1')),
    ).toMatchInlineSnapshot(
      `"bench.config.yaml:11:15  runtimes.provider.endpoint: a URL with credentials in it; remove them and name the variable that holds the key in api_key_env"`,
    )
    expect(
      refusalMessage(configWith('https://api.example.com/v1', 'https://api.example.com/v1?api_key=hunter2')),
    ).toMatchInlineSnapshot(
      `"bench.config.yaml:11:15  runtimes.provider.endpoint: a URL with credentials in it; remove them and name the variable that holds the key in api_key_env"`,
    )
  })
})
