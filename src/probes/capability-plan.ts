import type { LaneConfig, RuntimeKind } from '../config/schema.ts'
import type { Combination } from '../evidence/capability-schema.ts'
import { loadRequest } from '../lanes/load-request.ts'
import { mapRunner } from '../runtimes/ollama-mapping.ts'
import type { RawRequest } from '../runtimes/raw-exchange.ts'
import { grammarOf, type Secret, schemaOf } from './capability-constraint.ts'

/** Another number, other questions: what was asked by other ones is asked anew. */
export const questionsVersion = 1

/** A way to ask, and the request for it; without one where it must not be asked, and why. */
export interface PlannedCombination extends Combination {
  readonly request: RawRequest | 'would-reload'
}

/** No word of JSON, so that a free answer to it is none. */
const question = 'Say hello.'

type Structure = Combination['structure']
type Think = Combination['think']

/** An endpoint of a kind of runtime: what it can be asked, and how. */
interface Endpoint {
  /** From the root of the server. */
  readonly endpoint: string
  /** Where the adapter's endpoint is another one. */
  readonly path?: string
  readonly think: readonly Think[]
  readonly structures: readonly Structure[]
  readonly body: (ask: Ask) => object
  /** A request here cannot say which context the lane has. */
  readonly ignoresContext?: true
}
interface Ask extends Combination {
  readonly lane: LaneConfig
  readonly secret: Secret
  readonly output_tokens: number
}

/**
 * Every way to ask that a kind of runtime offers, in a fixed order, with its request. Context and keep_alive go along as
 * the lane's own, or weights would be loaded anew. Pure.
 */
export function capabilityPlan(kind: RuntimeKind, lane: LaneConfig, secret: Secret): PlannedCombination[] {
  return endpointsOf(kind).flatMap(({ endpoint, path, think, structures, body, ignoresContext }) =>
    think.flatMap((thinking) =>
      structures.flatMap((structure) =>
        [true, false].map((stream) => {
          const combination = { endpoint, think: thinking, stream, structure }
          const output_tokens = outputTokens(combination)
          return {
            ...combination,
            request:
              ignoresContext && lane.context !== undefined
                ? ('would-reload' as const)
                : {
                    tag: lane.model,
                    path: path ?? endpoint,
                    body: body({ ...combination, lane, secret, output_tokens }),
                  },
          }
        }),
      ),
    ),
  )
}

/** How the adapter of a kind of runtime asks a lane's records. Pure. */
export function ownCombination(kind: RuntimeKind, { think, structured_output }: LaneConfig): Combination {
  const silent = kind === 'openai-compatible' || kind === 'lm-studio' || (kind === 'vllm' && !think)
  return {
    endpoint: kind === 'ollama' ? '/api/chat' : '/v1/chat/completions',
    think: silent ? 'unset' : think ? 'on' : 'off',
    stream: true,
    structure: structured_output,
  }
}

/** The order in which to ask under a cap: the lane's own way, then what differs from it by little. Pure. */
export function byNearness(own: Combination): (one: Combination, other: Combination) => number {
  const distance = (each: Combination) =>
    (each.endpoint === own.endpoint ? 0 : 16) +
    (each.think === own.think ? 0 : 8) +
    (each.structure === own.structure ? 0 : each.structure === 'none' || each.structure === 'json-schema' ? 2 : 4) +
    (each.stream === own.stream ? 0 : 1)
  return (one, other) => distance(one) - distance(other)
}

/** Few where nothing hangs on the end of the answer; more where thinking may come first. */
function outputTokens({ structure, think }: Combination): number {
  if (structure === 'none') return 8
  const answer = structure === 'json-mode' ? 12 : 32
  return think === 'on' ? answer + 128 : answer
}

function endpointsOf(kind: RuntimeKind): Endpoint[] {
  switch (kind) {
    case 'embedded':
      return [chatCompletions(({ think, lane }) => ({ think: think === 'on', ...contextOf(lane) }))]
    case 'ollama':
      return ollamaEndpoints
    case 'llama-server':
      return llamaServerEndpoints
    case 'vllm':
      return [chatCompletions(templateThinking, { think: ['unset', 'off', 'on'] })]
    case 'lm-studio':
      return [chatCompletions(reasoningEffort, { think: ['unset', 'off', 'on'] })]
    case 'openai-compatible':
      // Its endpoint ends in /v1 already.
      return [chatCompletions(reasoningEffort, { think: ['unset', 'off', 'on'], path: '/chat/completions' })]
  }
}

/** OpenAI's chat completions; `extra` says how this kind of runtime is asked to think. */
function chatCompletions(extra: (ask: Ask) => object, changes: Partial<Endpoint> = {}): Endpoint {
  return {
    endpoint: '/v1/chat/completions',
    think: ['off', 'on'],
    structures: ['json-schema', 'json-mode', 'none'],
    body: (ask) => ({
      model: ask.lane.model,
      messages: [{ role: 'user', content: question }],
      ...openaiOptions(ask),
      ...responseFormat(ask),
      ...(ask.structure === 'grammar' && { grammar: grammarOf(ask.secret) }),
      ...extra(ask),
    }),
    ...changes,
  }
}

const templateThinking = ({ think }: Ask): object =>
  think === 'unset' ? {} : { chat_template_kwargs: { enable_thinking: think === 'on' } }

const reasoningEffort = ({ think }: Ask): object =>
  think === 'unset' ? {} : { reasoning_effort: think === 'on' ? 'low' : 'none' }

const llamaServerEndpoints: Endpoint[] = [
  chatCompletions(templateThinking, { structures: ['json-schema', 'json-mode', 'grammar', 'none'] }),
  {
    endpoint: '/completion',
    think: ['unset'],
    structures: ['json-schema', 'grammar', 'none'],
    body: ({ lane, secret, structure, stream, output_tokens }) => ({
      prompt: question,
      temperature: 0,
      seed: lane.seed,
      n_predict: output_tokens,
      stream,
      ...(structure === 'json-schema' && { json_schema: schemaOf(secret) }),
      ...(structure === 'grammar' && { grammar: grammarOf(secret) }),
    }),
  },
  {
    endpoint: '/v1/completions',
    think: ['unset'],
    structures: ['json-schema', 'json-mode', 'none'],
    body: (ask) => ({ model: ask.lane.model, prompt: question, ...openaiOptions(ask), ...responseFormat(ask) }),
  },
]

const ollamaEndpoints: Endpoint[] = [
  {
    endpoint: '/api/chat',
    think: ['off', 'on'],
    structures: ['json-schema', 'json-mode', 'none'],
    body: (ask) => ({ ...ollamaBody(ask), messages: [{ role: 'user', content: question }] }),
  },
  {
    endpoint: '/api/generate',
    think: ['off', 'on'],
    structures: ['json-schema', 'none'],
    body: (ask) => ({ ...ollamaBody(ask), prompt: question }),
  },
  chatCompletions(reasoningEffort, { think: ['unset', 'off', 'on'], ignoresContext: true }),
]

function ollamaBody({ lane, secret, structure, stream, think, output_tokens }: Ask): object {
  const { options, ...runner } = mapRunner(loadRequest(lane))
  return {
    ...runner,
    stream,
    think: think === 'on',
    ...(structure === 'json-schema' && { format: schemaOf(secret) }),
    ...(structure === 'json-mode' && { format: 'json' }),
    options: { ...options, temperature: 0, seed: lane.seed, num_predict: output_tokens },
  }
}

function openaiOptions({ lane, stream, output_tokens }: Ask): object {
  return {
    temperature: 0,
    seed: lane.seed,
    max_tokens: output_tokens,
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
  }
}

function responseFormat({ structure, secret }: Ask): object {
  if (structure === 'json-mode') return { response_format: { type: 'json_object' } }
  if (structure !== 'json-schema') return {}
  const json_schema = { name: 'answer', strict: true, schema: schemaOf(secret) }
  return { response_format: { type: 'json_schema', json_schema } }
}

function contextOf({ context }: LaneConfig): object {
  return context === undefined ? {} : { context }
}
