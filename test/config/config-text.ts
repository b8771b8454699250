import { ConfigError } from '../../src/config/config-error.ts'
import { parseConfig } from '../../src/config/parse.ts'

/** A whole valid config; tests replace pieces of it. */
export const validConfig = `version: 1
runtimes:
  embedded:
    kind: embedded
  box:
    kind: openai-compatible
    endpoint: http://127.0.0.1:8080/v1
    location: local
  provider:
    kind: openai-compatible
    endpoint: https://api.example.com/v1
    location: cloud
    api_key_env: PROVIDER_API_KEY
lanes:
  local-fast:
    runtime: embedded
    model: smollm2-135m-instruct
  local-quality:
    runtime: box
    model: qwen3:8b
    required_identity: echo
  cloud:
    runtime: provider
    model: large
workloads:
  redaction:
    title: Redaction of personal data
    dataset: datasets/redaction
    lanes: [local-fast]
  support-summary:
    title: Summaries of support requests
    dataset: datasets/support-summary
    privacy: internal
    lanes: [local-fast, local-quality, cloud]
    incumbent: cloud
    assisted_by: [redaction]
    gates:
      validity:
        consecutive: 25
`

/** The valid config with one piece replaced; throws where the piece is not in it. */
export function configWith(piece: string, replacement: string): string {
  if (!validConfig.includes(piece)) throw new Error(`the valid config does not hold ${piece}`)
  return validConfig.replace(piece, () => replacement)
}

/** The ConfigError that a text is refused with. */
export function refusal(text: string): ConfigError {
  try {
    parseConfig(text, 'bench.config.yaml')
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the config was accepted')
}

/** The whole message with which a text is refused. */
export function refusalMessage(text: string): string {
  return refusal(text).message
}
