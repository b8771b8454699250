import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { configWith, refusalMessage, validConfig } from './config-text.ts'

describe('references between the parts of a config', () => {
  test('a lane must name a runtime that there is', () => {
    expect(refusalMessage(configWith('runtime: box', 'runtime: bx'))).toMatchInlineSnapshot(
      `"bench.config.yaml:19:14  lanes.local-quality.runtime: no runtime is named "bx"; did you mean "box"?"`,
    )
    expect(refusalMessage(configWith('runtime: box', 'runtime: constructor'))).toMatchInlineSnapshot(
      `"bench.config.yaml:19:14  lanes.local-quality.runtime: no runtime is named "constructor"; known: embedded, box, provider"`,
    )
  })

  test('a workload must name lanes that there are, each once', () => {
    expect(
      refusalMessage(configWith('[local-fast, local-quality, cloud]', '[local-fsat, local-fast, local-fast]')),
    ).toMatchInlineSnapshot(`
      "bench.config.yaml:34:13  workloads.support-summary.lanes[0]: no lane is named "local-fsat"; did you mean "local-fast"?
      bench.config.yaml:34:37  workloads.support-summary.lanes[2]: lane local-fast is named twice; keep one"
    `)
  })

  test('an incumbent is a lane or manual', () => {
    expect(refusalMessage(configWith('incumbent: cloud', 'incumbent: manul'))).toMatchInlineSnapshot(
      `"bench.config.yaml:35:16  workloads.support-summary.incumbent: no lane is named "manul"; did you mean "manual"?"`,
    )
    expect(
      parseConfig(configWith('incumbent: cloud', 'incumbent: manual'), 'x').workloads['support-summary']?.incumbent,
    ).toBe('manual')
  })

  test('no lane may be named manual', () => {
    expect(
      refusalMessage(
        configWith('  cloud:', '  manual:')
          .replace('quality, cloud', 'quality')
          .replace('incumbent: cloud', 'incumbent: manual'),
      ),
    ).toMatchInlineSnapshot(
      `"bench.config.yaml:23:5  lanes.manual: a lane cannot be named manual: as an incumbent the word means "done by people"; choose another name"`,
    )
  })

  test('assisting workloads must exist, be others, and form no circle', () => {
    expect(refusalMessage(configWith('[redaction]', '[redactoin]'))).toMatchInlineSnapshot(
      `"bench.config.yaml:36:19  workloads.support-summary.assisted_by[0]: no workload is named "redactoin"; did you mean "redaction"?"`,
    )
    expect(refusalMessage(configWith('[redaction]', '[support-summary]'))).toMatchInlineSnapshot(
      `"bench.config.yaml:36:19  workloads.support-summary.assisted_by[0]: a workload cannot assist itself; remove it"`,
    )
    expect(
      refusalMessage(configWith('lanes: [local-fast]', 'lanes: [local-fast]\n    assisted_by: [support-summary]')),
    ).toMatchInlineSnapshot(
      `"bench.config.yaml:37:19  workloads.support-summary.assisted_by[0]: workloads assist each other in a circle (redaction → support-summary → redaction); remove one of these"`,
    )
  })

  test('private text never goes to a cloud lane, candidate or incumbent', () => {
    expect(refusalMessage(configWith('    privacy: internal\n', ''))).toMatchInlineSnapshot(`
      "bench.config.yaml:33:40  workloads.support-summary.lanes[2]: lane cloud runs in the cloud, and private text never goes there (privacy is private where not set); remove the lane, or set privacy to internal or public
      bench.config.yaml:34:16  workloads.support-summary.incumbent: lane cloud runs in the cloud, and private text never goes there (privacy is private where not set); remove the lane, or set privacy to internal or public"
    `)
  })

  test('a runtime that proves nothing beyond a name cannot be asked for more', () => {
    expect(refusalMessage(configWith('required_identity: echo', 'required_identity: declared'))).toMatchInlineSnapshot(
      `"bench.config.yaml:21:24  lanes.local-quality.required_identity: declared cannot be reached here: an openai-compatible runtime proves echo at most; write echo or less"`,
    )
  })

  test.each(['weights', 'mapped'])('an embedded lane may require %s', (level) => {
    const text = configWith(
      'model: smollm2-135m-instruct',
      `model: smollm2-135m-instruct\n    required_identity: ${level}`,
    )
    expect(parseConfig(text, 'x').lanes['local-fast']?.required_identity).toBe(level)
  })

  test('only an embedded lane loads a weights file', () => {
    expect(refusalMessage(configWith('required_identity: echo', 'weights_file: qwen.gguf'))).toMatchInlineSnapshot(
      `
      "bench.config.yaml:19:14  lanes.local-quality.runtime: an openai-compatible runtime proves echo at most, and a local lane asks for more; write required_identity: echo (the lane is then conditional at best), or name the server's own kind (ollama, llama-server, vllm)
      bench.config.yaml:21:19  lanes.local-quality.weights_file: only an embedded runtime loads a file, and box is openai-compatible; to say which file you expect of it, write weights: with its path"
    `,
    )
  })

  test('an embedded lane without a weights file names a built-in model', () => {
    expect(refusalMessage(configWith('smollm2-135m-instruct', 'smollm2-135m'))).toMatchInlineSnapshot(
      `"bench.config.yaml:17:12  lanes.local-fast.model: no built-in model of this name; did you mean "smollm2-135m-instruct"? Or give the lane a weights_file (GGUF)"`,
    )
    expect(refusalMessage(configWith('smollm2-135m-instruct', 'llama'))).toMatchInlineSnapshot(
      `"bench.config.yaml:17:12  lanes.local-fast.model: no built-in model of this name; known: smollm2-135m-instruct Or give the lane a weights_file (GGUF)"`,
    )
    const own = parseConfig(configWith('model: smollm2-135m-instruct', 'model: own\n    weights_file: own.gguf'), 'x')
    expect(own.lanes['local-fast']?.weights_file).toBe('own.gguf')
  })

  test('the whole valid config has no problem', () => {
    expect(Object.keys(parseConfig(validConfig, 'x').lanes)).toEqual(['local-fast', 'local-quality', 'cloud'])
  })
})
