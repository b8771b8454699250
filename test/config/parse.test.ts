import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { configWith, refusal, refusalMessage, validConfig } from './config-text.ts'

describe('parseConfig', () => {
  test('fills in defaults and yields plain JSON', () => {
    const config = parseConfig(validConfig, 'bench.config.yaml')
    expect(config.workloads.redaction).toMatchObject({
      privacy: 'private',
      incumbent: 'manual',
      limits: { seconds_per_record: 90, output_tokens: 256 },
    })
    expect(JSON.parse(JSON.stringify(config))).toEqual(config)
  })

  test('points at an unknown key and names the nearest known one', () => {
    expect(refusalMessage(configWith('      validity:', '      validty:'))).toMatchInlineSnapshot(
      `"bench.config.yaml:38:7  workloads.support-summary.gates.validty: unknown key; did you mean "validity"?"`,
    )
  })

  test('knows the keys of the union member that the runtime says it is', () => {
    expect(
      refusalMessage(configWith('    kind: embedded', '    kind: embedded\n    endpont: x')),
    ).toMatchInlineSnapshot(
      `"bench.config.yaml:5:5  runtimes.embedded.endpont: unknown key; known here: kind, threads"`,
    )
    expect(
      refusalMessage(configWith('    location: local', '    location: local\n    api_key_evn: KEY')),
    ).toMatchInlineSnapshot(
      `"bench.config.yaml:9:5  runtimes.box.api_key_evn: unknown key; did you mean "api_key_env"?"`,
    )
  })

  test('lists the known keys where none is near', () => {
    expect(refusalMessage(configWith('    model: large', '    model: large\n    zzz: 1'))).toMatchInlineSnapshot(
      `"bench.config.yaml:25:5  lanes.cloud.zzz: unknown key; known here: runtime, model, response_model, weights, digest, weights_file, context, temperature, seed, keep_alive, think, structured_output, prefix_cache, context_probe, latency_probe, concurrency_sweep, capability_probe, required_identity, negative_control, only_if_none_discovered"`,
    )
  })

  test('points at a value of the wrong type and says what stands there', () => {
    expect(refusalMessage(configWith('consecutive: 25', 'consecutive: many'))).toMatchInlineSnapshot(
      `"bench.config.yaml:39:22  workloads.support-summary.gates.validity.consecutive: expected a number; found "many""`,
    )
    expect(refusalMessage(configWith('consecutive: 25', 'consecutive: 2.5'))).toMatchInlineSnapshot(
      `"bench.config.yaml:39:22  workloads.support-summary.gates.validity.consecutive: expected a whole number; found 2.5"`,
    )
    expect(refusalMessage(configWith('consecutive: 25', 'consecutive: 0'))).toMatchInlineSnapshot(
      `"bench.config.yaml:39:22  workloads.support-summary.gates.validity.consecutive: expected a number of at least 1; found 0"`,
    )
    expect(refusalMessage(configWith('lanes: [local-fast]', 'lanes: local-fast'))).toMatchInlineSnapshot(
      `"bench.config.yaml:29:12  workloads.redaction.lanes: expected a list; found "local-fast""`,
    )
    expect(refusalMessage(configWith('lanes: [local-fast]', 'lanes: []'))).toMatchInlineSnapshot(
      `"bench.config.yaml:29:12  workloads.redaction.lanes: expected at least 1 element; found an empty list"`,
    )
    expect(refusalMessage(configWith('consecutive: 25', 'consecutive:'))).toMatchInlineSnapshot(
      `"bench.config.yaml:39:21  workloads.support-summary.gates.validity.consecutive: expected a number; found nothing (remove the key or give it a value)"`,
    )
  })

  test('lists the choices of a closed vocabulary', () => {
    expect(refusalMessage(configWith('privacy: internal', 'privacy: secret'))).toMatchInlineSnapshot(
      `"bench.config.yaml:33:14  workloads.support-summary.privacy: expected one of public, internal, private; found "secret""`,
    )
    expect(refusalMessage(configWith('kind: embedded', 'kind: tgi'))).toMatchInlineSnapshot(
      `"bench.config.yaml:4:11  runtimes.embedded.kind: expected one of embedded, ollama, llama-server, lm-studio, vllm, openai-compatible; found "tgi""`,
    )
    expect(refusalMessage(configWith('version: 1', 'version: 2'))).toMatchInlineSnapshot(
      `"bench.config.yaml:1:10  version: expected 1; found 2"`,
    )
  })

  test('says how a text of another form is to be written', () => {
    expect(refusalMessage(configWith('http://127.0.0.1:8080/v1', '127.0.0.1:8080'))).toMatchInlineSnapshot(
      `"bench.config.yaml:7:15  runtimes.box.endpoint: expected a URL such as http://127.0.0.1:8080/v1; found "127.0.0.1:8080""`,
    )
    expect(refusalMessage(configWith('http://127.0.0.1:8080/v1', 'ftp://127.0.0.1/'))).toMatchInlineSnapshot(
      `"bench.config.yaml:7:15  runtimes.box.endpoint: expected another form (begin with http:// or https://); found "ftp://127.0.0.1/""`,
    )
    expect(
      refusalMessage(configWith('model: large', 'model: large\n    keep_alive: 10 minutes')),
    ).toMatchInlineSnapshot(
      `"bench.config.yaml:25:17  lanes.cloud.keep_alive: expected another form (write a duration such as 30s, 10m or 1h); found "10 minutes""`,
    )
  })

  test('points at the parent of a key that is missing', () => {
    expect(refusalMessage(configWith('    dataset: datasets/redaction\n', ''))).toMatchInlineSnapshot(
      `"bench.config.yaml:26:3  workloads.redaction.dataset: missing; expected text"`,
    )
    expect(refusalMessage(configWith('version: 1\n', ''))).toMatchInlineSnapshot(
      `"bench.config.yaml:1:1  version: missing; expected 1"`,
    )
  })

  test('refuses a name that is not usable, and still looks below it', () => {
    const text = configWith(
      '  redaction:\n    title: Redaction of personal data',
      '  Redaction!:\n    titel: Redaction',
    )
    expect(refusalMessage(text)).toMatchInlineSnapshot(`
      "bench.config.yaml:26:3  workloads["Redaction!"]: not a usable name: use lower-case letters, digits, dots and hyphens
      bench.config.yaml:26:3  workloads["Redaction!"].title: missing; expected text
      bench.config.yaml:27:5  workloads["Redaction!"].titel: unknown key; did you mean "title"?
      bench.config.yaml:36:19  workloads.support-summary.assisted_by[0]: no workload is named "redaction"; did you mean "Redaction!"?"
    `)
  })

  test('refuses an empty file with a config to copy', () => {
    expect(refusalMessage('# nothing yet\n')).toMatchInlineSnapshot(`
      "bench.config.yaml  empty. Write into it, for instance:

      # yaml-language-server: $schema=./node_modules/bench-memo/schemas/bench.config.schema.json
      version: 1
      runtimes:
        embedded:
          kind: embedded
      lanes:
        local-fast:
          runtime: embedded
          model: smollm2-135m-instruct
      workloads:
        support-summary:
          title: Summaries of support requests
          dataset: datasets/support-summary
          lanes: [local-fast]
      "
    `)
  })

  test('refuses a text that is no map', () => {
    expect(refusalMessage('just words')).toMatchInlineSnapshot(
      `"bench.config.yaml:1:1  expected a map of keys; found "just words""`,
    )
  })

  test('refuses a caution threshold that is not below the critical one', () => {
    expect(refusalMessage(`${validConfig}machine: {memory: {critical_used_percent: 80}}\n`)).toMatchInlineSnapshot(
      `"bench.config.yaml:40:43  machine.memory.critical_used_percent: caution (80 %) must be below critical (80 %); lower caution_used_percent or raise critical_used_percent"`,
    )
  })

  test('lists all problems at once, in the order of the file, also those of references', () => {
    const text = configWith('version: 1', 'version: one')
      .replace('location: local', 'location: moon')
      .replace('lanes: [local-fast]', 'lanes: [locl-fast]')
      .replace('validity:', 'validty:')
    expect(refusalMessage(text)).toMatchInlineSnapshot(`
      "bench.config.yaml:1:10  version: expected 1; found "one"
      bench.config.yaml:8:15  runtimes.box.location: expected one of local, cloud; found "moon"
      bench.config.yaml:29:13  workloads.redaction.lanes[0]: no lane is named "locl-fast"; did you mean "local-fast"?
      bench.config.yaml:38:7  workloads.support-summary.gates.validty: unknown key; did you mean "validity"?"
    `)
  })

  test('gives each problem as facts beside the message', () => {
    expect(refusal(configWith('validity:', 'validty:')).problems).toMatchInlineSnapshot(`
      [
        {
          "code": "unknown-key",
          "column": 7,
          "line": 38,
          "path": "workloads.support-summary.gates.validty",
          "text": "unknown key; did you mean "validity"?",
        },
      ]
    `)
  })

  test('accepts an alias, and points at what it stands for', () => {
    const text = configWith(
      '      validity:\n        consecutive: 25',
      '      validity: &gate {consecutive: 0}\n      quality: {}',
    )
    expect(refusalMessage(`${text}gates: {validity: *gate}\n`)).toMatchInlineSnapshot(`
      "bench.config.yaml:38:37  gates.validity.consecutive: expected a number of at least 1; found 0
      bench.config.yaml:38:37  workloads.support-summary.gates.validity.consecutive: expected a number of at least 1; found 0"
    `)
  })
})
