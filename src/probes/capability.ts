import { runtimeOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'
import type {
  AskedCombination,
  CapabilityOutcome,
  CapabilitySubject,
  Combination,
} from '../evidence/capability-schema.ts'
import { isFatal } from '../evidence/failure-codes.ts'
import { isSameWay } from '../evidence/same-combination.ts'
import type { EvidenceFacts } from '../evidence/schema.ts'
import type { ProbedLane } from '../lanes/lane.ts'
import { asRuntimeFailure, RequestAborted } from '../runtimes/failures.ts'
import type { RawRequest } from '../runtimes/raw-exchange.ts'
import { bearsThinking, jsonOf, readAnswer } from './capability-answer.ts'
import { constraintIn, drawSecret, type Secret } from './capability-constraint.ts'
import { byNearness, capabilityPlan, ownCombination } from './capability-plan.ts'

export type CapabilityFacts = Extract<EvidenceFacts, { kind: 'capability' }>

/** What decides that and why it is asked. */
export interface CapabilityTask {
  readonly config: BenchConfig
  readonly subject: CapabilitySubject
  readonly seconds: number
  readonly because: NonNullable<CapabilityFacts['asked_because']>
  readonly earlier?: CapabilityFacts['earlier']
}

/**
 * Asks a lane's runtime one short question in every way that its kind offers, under a cap of time; a schema that only
 * one object fulfils, of a random name and value, tells whether it was applied. The question holds nothing of a workload.
 * Rejects with RequestAborted only; any other failure is a finding.
 */
export async function probeCapability(
  { config, subject, seconds, because, earlier }: CapabilityTask,
  { name, lane, runtime, signal }: ProbedLane,
): Promise<CapabilityFacts> {
  const began = performance.now()
  const { kind } = runtimeOf(config, name)
  const secret = drawSecret()
  const plan = capabilityPlan(kind, lane, secret)
  const own = ownCombination(kind, lane)
  const outcomes = new Map<Combination, CapabilityOutcome>()
  let gone = false
  for (const planned of plan.toSorted(byNearness(own))) {
    const rest_ms = 1000 * seconds - (performance.now() - began)
    if (planned.request === 'would-reload') outcomes.set(planned, { state: 'not-asked', reason: 'would-reload' })
    else if (gone) outcomes.set(planned, { state: 'not-asked', reason: 'lane-gone' })
    else if (rest_ms <= 0) outcomes.set(planned, { state: 'not-asked', reason: 'time-cap' })
    else {
      const outcome = await ask(planned, planned.request, rest_ms)
      outcomes.set(planned, outcome)
      gone = outcome.state === 'failed' && isFatal(outcome.code)
    }
  }

  async function ask(asked: Combination, request: RawRequest, rest_ms: number): Promise<CapabilityOutcome> {
    const started = performance.now()
    try {
      const answer = await runtime.send(request, { deadline_ms: Math.ceil(rest_ms), ...(signal && { signal }) })
      return {
        ...reading(asked, secret, readAnswer(answer, { server: runtime.kind, endpoint: request.path })),
        total_ms: answer.total_ms,
      }
    } catch (error) {
      if (error instanceof RequestAborted) throw error
      const { code, message, facts } = asRuntimeFailure(error)
      const total_ms = performance.now() - started
      // What the cap cut off says nothing.
      if (code === 'deadline-exceeded') return { state: 'not-asked', reason: 'time-cap' }
      return {
        state: 'failed',
        code,
        ...(typeof facts.status === 'number' && { status: facts.status }),
        message,
        total_ms,
      }
    }
  }

  const combinations = plan.map((planned): AskedCombination => {
    const { endpoint, think, stream, structure } = planned
    return { endpoint, think, stream, structure, outcome: outcomes.get(planned) as CapabilityOutcome }
  })
  return {
    kind: 'capability',
    lane: name,
    subject,
    own: withoutRefusedThinking(own, combinations),
    seconds,
    combinations,
    total_ms: performance.now() - began,
    asked_because: because,
    ...(earlier && { earlier }),
  }
}

function reading(
  { structure }: Combination,
  secret: Secret,
  answer: ReturnType<typeof readAnswer>,
): Omit<Extract<CapabilityOutcome, { state: 'answered' }>, 'total_ms'> {
  const { content, thinking, chunks, arrivals, usage, finish_reason } = answer
  return {
    state: 'answered',
    ...((structure === 'json-schema' || structure === 'grammar') && { constraint: constraintIn(secret, answer) }),
    json: jsonOf(answer),
    content_characters: content.length,
    thinking_characters: thinking.length,
    thinking_in_content: bearsThinking(content),
    ...(finish_reason !== undefined && { finish_reason }),
    chunks,
    arrivals,
    usage,
  }
}

/** Ollama refuses to let a model think that cannot; its adapter then says so and asks without. */
function withoutRefusedThinking(own: Combination, combinations: readonly AskedCombination[]): Combination {
  const asked = combinations.find((each) => isSameWay(each, own))
  const refused = asked?.outcome.state === 'failed' && /does not support thinking/.test(asked.outcome.message)
  return refused ? { ...own, think: 'off' } : own
}
