/** The smallest config that runs: shown where none was found. */
export const minimalConfig = `# yaml-language-server: $schema=./node_modules/bench-memo/schemas/bench.config.schema.json
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
`
