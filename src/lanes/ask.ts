import type { IdentityLevel, LaneConfig, WorkloadConfig } from '../config/schema.ts'
import type { Dataset, DatasetRecord } from '../datasets/dataset.ts'
import { examine } from '../datasets/examine.ts'
import { fillPrompt } from '../datasets/fill-prompt.ts'
import { holdsForbidden } from '../datasets/find-leaks.ts'
import { promptText } from '../datasets/prompt-text.ts'
import type { Completion, EvidenceFacts } from '../evidence/schema.ts'
import { sha256, storeMessage, storeText } from '../evidence/stored-text.ts'
import { wasReloaded } from '../identity/contradictions.ts'
import { proveIdentity } from '../identity/prove.ts'
import { asRuntimeFailure, type RuntimeFailure } from '../runtimes/failures.ts'
import type { ChatResult, ModelDescription, Runtime } from '../runtimes/runtime.ts'
import { wordsOf } from '../runtimes/words-of.ts'
import { answerTimes } from './answer-times.ts'
import type { AttestWeights } from './attest-weights.ts'
import type { CallContext } from './call-context.ts'
import { loadRequest } from './load-request.ts'
import { timingState } from './timing-state.ts'
import type { TrialFingerprint } from './trial-fingerprint.ts'

const describeDeadline_ms = 10_000

/** All that one call of a lane needs. */
export interface Exchange {
  readonly name: string
  readonly lane: LaneConfig
  readonly workload: string
  readonly workloadConfig: WorkloadConfig
  readonly dataset: Dataset
  readonly required: IdentityLevel
  readonly runtime: Runtime
  /** What the runtime declared after the call before; undefined where nothing was asked yet. */
  readonly before: ModelDescription | undefined
  /** True for the first answer after the weights were loaded. */
  readonly cold: boolean
  readonly location: 'local' | 'cloud'
  readonly attest: AttestWeights
  readonly fingerprint: TrialFingerprint
  /** Of the lane's settings. */
  readonly options_sha256: string
}

/** Asks one record and gathers the facts: answer, times, proof of identity. Never rejects for a failure of the runtime. */
export async function ask(
  exchange: Exchange,
  record: DatasetRecord,
  context: CallContext,
): Promise<{ facts: EvidenceFacts; after: ModelDescription | undefined }> {
  const { lane, workloadConfig, dataset, runtime, required } = exchange
  const { privacy, limits } = workloadConfig
  const messages = fillPrompt(dataset.prompt, record.input)
  const proving = required !== 'none' && required !== 'echo'
  const before = proving ? (exchange.before ?? (await describe(exchange, context))) : undefined
  const started = performance.now()
  const result = await settle(
    runtime.chat(
      {
        ...loadRequest(lane),
        messages,
        temperature: lane.temperature,
        seed: lane.seed,
        max_output_tokens: limits.output_tokens,
        think: lane.think,
        prefix_cache: lane.prefix_cache,
        ...(lane.structured_output === 'json-schema' && { schema: dataset.schema }),
      },
      { deadline_ms: limits.seconds_per_record * 1000, ...(context.signal && { signal: context.signal }) },
    ),
  )
  const elapsed_ms = performance.now() - started
  if (result.ok) context.onAnswer?.(record.id, result.value.text)
  const after = proving && result.ok ? await describe(exchange, context) : undefined
  const declared = after ?? before
  const identity = proveIdentity({
    requested_model: lane.model,
    response_model: result.ok ? result.value.response_model : undefined,
    required,
    expected_weights: lane.weights,
    expected_digest: lane.digest,
    expected_response: lane.response_model,
    before,
    after,
    weights: declared && (await exchange.attest(declared)),
    location: exchange.location,
    gateway: result.ok ? result.value.gateway : undefined,
  })
  const observed = after?.tag
  const prompt = promptText(messages)
  // What must not get through is not written down either, whatever else the workload's privacy lets be stored.
  const promptPrivacy = holdsForbidden(prompt, record) ? 'private' : privacy
  const facts: EvidenceFacts = {
    kind: 'completion',
    lane: exchange.name,
    workload: exchange.workload,
    record_id: record.id,
    record_sha256: sha256(record.input),
    prompt: { ...storeText(prompt, promptPrivacy), words: wordsOf(messages) },
    fingerprint: exchange.fingerprint(identity),
    options_sha256: exchange.options_sha256,
    retry: context.retry ?? 0,
    repeat: context.repeat ?? 0,
    requested_model: lane.model,
    ...(observed !== undefined && { observed_model: observed }),
    ...(result.ok && result.value.response_model !== undefined && { response_model: result.value.response_model }),
    identity,
    outcome: result.ok
      ? answered(result.value, exchange, record, before && after ? wasReloaded(before, after) : false)
      : {
          state: 'failed',
          code: result.failure.code,
          message: storeMessage(result.failure.message, prompt, promptPrivacy),
          total_ms: elapsed_ms,
        },
  }
  return { facts, after }
}

function answered(
  result: ChatResult,
  exchange: Exchange,
  record: DatasetRecord,
  reloaded: boolean,
): Completion['outcome'] {
  const { usage, text, thinking } = result
  return {
    state: 'answered',
    finish_reason: result.finish_reason,
    answer: storeText(text, holdsForbidden(text, record) ? 'private' : exchange.workloadConfig.privacy),
    thinking_characters: thinking.length,
    usage,
    timing: {
      ...timingState({
        cold: exchange.cold || reloaded,
        usage,
        cache_forbidden: exchange.runtime.obeys_prefix_cache && !exchange.lane.prefix_cache,
      }),
      ...answerTimes(result),
    },
    examination: examine(text, record, exchange.dataset),
  }
}

async function describe({ runtime, lane }: Exchange, context: CallContext): Promise<ModelDescription | undefined> {
  const described = await settle(
    runtime.describe(lane.model, {
      deadline_ms: describeDeadline_ms,
      ...(context.signal && { signal: context.signal }),
    }),
  )
  return described.ok ? described.value : undefined
}

type Settled<Value> = { ok: true; value: Value } | { ok: false; failure: RuntimeFailure }

async function settle<Value>(promise: Promise<Value>): Promise<Settled<Value>> {
  try {
    return { ok: true, value: await promise }
  } catch (error) {
    return {
      ok: false,
      failure: asRuntimeFailure(error),
    }
  }
}
