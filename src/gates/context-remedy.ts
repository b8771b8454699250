import { runtimeOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'

const step = 1024

/** What to write where so that a lane has this much context, in tokens. Pure. */
export function moreContext(config: BenchConfig, lane: string, needed: number): string {
  const tokens = Math.max(step, Math.ceil(needed / step) * step)
  const { kind } = runtimeOf(config, lane)
  const laneContext = `lanes: { ${lane}: { context: ${tokens} } }`
  switch (kind) {
    case 'embedded':
      return `write ${laneContext}`
    case 'ollama':
      return `write ${laneContext} (sent as num_ctx)`
    case 'llama-server':
      return `start llama-server with --ctx-size ${tokens}`
    case 'vllm':
      return `start vLLM with --max-model-len ${tokens}`
    case 'lm-studio':
      return `load the model in LM Studio with a context length of ${tokens}`
    case 'openai-compatible':
      return `give the server a context of ${tokens} (llama-server: --ctx-size ${tokens}; Ollama: OLLAMA_CONTEXT_LENGTH=${tokens}, or PARAMETER num_ctx ${tokens} in the tag's Modelfile)`
  }
}

/** How to make a server refuse what it now cuts off, and give it room meanwhile. Pure. */
export function refuseInstead(config: BenchConfig, lane: string, needed: number): string {
  const { runtime: name } = config.lanes[lane] as BenchConfig['lanes'][string]
  const more = moreContext(config, lane, needed)
  return runtimeOf(config, lane).kind === 'openai-compatible'
    ? `if this is Ollama, write runtimes: { ${name}: { kind: ollama } }, which asks it to refuse instead of cutting off; else ${more}, and keep prompts below it`
    : `${more}, and keep prompts below it: this server cuts off what does not fit and says nothing`
}
