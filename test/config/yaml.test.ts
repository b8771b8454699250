import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { configWith, refusalMessage, validConfig } from './config-text.ts'

describe('YAML beyond the core schema is refused', () => {
  test('tags that are not of the core', () => {
    expect(refusalMessage('version: !!binary aGk=\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:1:19  the tag !!binary is not allowed; write plain text, numbers, lists and maps"`,
    )
    expect(refusalMessage('version: !!js/function "() => 1"\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:1:24  the tag !!js/function is not allowed; write plain text, numbers, lists and maps"`,
    )
    expect(refusalMessage('version: !own 1\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:1:15  the tag !own is not allowed; write plain text, numbers, lists and maps"`,
    )
    expect(refusalMessage('%TAG !e! tag:yaml.org,2002:\n---\nversion: !e!set {x}\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:3:17  the tag !!set is not allowed; write plain text, numbers, lists and maps"`,
    )
  })

  test('aliases that multiply', () => {
    const levels = ['b', 'c', 'd', 'e', 'f'].map((name, index) => {
      const alias = `*${String.fromCharCode(97 + index)}`
      return `${name}: &${name} [${Array.from({ length: 9 }, () => alias).join(', ')}]`
    })
    expect(refusalMessage(['a: &a [x, x, x]', ...levels].join('\n'))).toMatchInlineSnapshot(
      `"bench.config.yaml:1:1  aliases (*name) that multiply beyond 50 copies; write the values out"`,
    )
  })

  test('an alias without an anchor', () => {
    expect(refusalMessage('version: *one\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:1:10  an alias (*name) without an anchor (&name) before it; quote the text if it begins with a star"`,
    )
  })

  test('a map that holds itself', () => {
    expect(refusalMessage('version: 1\nruntimes: &a\n  box: *a\nlanes: {}\nworkloads: {}\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:3:3  runtimes.box.kind: missing; expected one of embedded, ollama, llama-server, lm-studio, vllm, openai-compatible"`,
    )
  })

  test('keys that stand twice', () => {
    expect(refusalMessage(configWith('  box:', '  embedded:'))).toMatchInlineSnapshot(
      `"bench.config.yaml:5:3  the key "embedded" stands twice in one map; keep one"`,
    )
  })

  test('merge keys', () => {
    expect(refusalMessage(configWith('  box:\n', '  box:\n    <<: {kind: embedded}\n'))).toMatchInlineSnapshot(
      `"bench.config.yaml:6:5  merge keys (<<) are not allowed; write the keys out"`,
    )
  })

  test('several documents', () => {
    expect(refusalMessage('version: 1\n---\nversion: 1\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:2:1  a second document begins here; keep one document and remove the --- line"`,
    )
  })

  test('keys that are not text, and __proto__', () => {
    expect(refusalMessage('1: x\n? [a]\n: b\n__proto__: {}\n')).toMatchInlineSnapshot(`
      "bench.config.yaml:1:1  a key that is not text; write it in quotes
      bench.config.yaml:2:3  a key that is not text; write it in quotes
      bench.config.yaml:4:1  the key __proto__ is not allowed; choose another name"
    `)
  })

  test('an older version of YAML, in which yes is true', () => {
    expect(refusalMessage('%YAML 1.1\n---\nversion: 1\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:1:1  a %YAML directive of another version; remove it, the config is YAML 1.2"`,
    )
  })

  test('nesting without end', () => {
    expect(refusalMessage('['.repeat(50_000))).toMatchInlineSnapshot(
      `"bench.config.yaml  nested too deeply; a config needs about six levels"`,
    )
  })

  test('broken syntax', () => {
    expect(refusalMessage('version: 1\n\truntimes: {}\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:2:1  a tab as indentation; indent with spaces"`,
    )
    expect(refusalMessage('version: 1: 2\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:1:10  a second "key: value" on one line; put it on its own line, or quote the text if it holds ": ""`,
    )
    expect(refusalMessage('runtimes: {box: {kind: embedded}\nlanes: {}\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:2:1  the indentation does not fit, or a bracket is not closed; align keys of one map and close [ and {"`,
    )
    expect(refusalMessage('version: "1\n')).toMatchInlineSnapshot(
      `"bench.config.yaml:2:1  not readable as YAML: Missing closing "quote"`,
    )
  })
})

test('whatever the text, the config is accepted or refused with a ConfigError', () => {
  const pieces = fc.array(
    fc.constantFrom(
      ...validConfig.split(/(?<=\s)/),
      '*a ',
      '&a ',
      '!!x ',
      '- ',
      '? ',
      '[',
      '{',
      '}',
      '\t',
      '"',
      '|\n',
      '<<: ',
      'null ',
      '1 ',
      '---\n',
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        pieces.map((list) => list.join('')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        try {
          parseConfig(text, 'bench.config.yaml')
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
          expect((error as ConfigError).problems.length).toBeGreaterThan(0)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
