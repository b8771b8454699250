import type { AskedCombination, CapabilityOutcome, Combination } from '../../src/evidence/capability-schema.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { benchConfig } from './evidence.ts'

type CapabilityRecord = EvidenceOf<'capability'>
type Answered = Extract<CapabilityOutcome, { state: 'answered' }>

/** The way in which the lanes of `benchConfig` ask. */
export const ownWay: Combination = {
  endpoint: '/v1/chat/completions',
  think: 'off',
  stream: true,
  structure: 'json-schema',
}

/** An answer that keeps to its constraint, streamed, without thinking. */
export function answeredOutcome(changes: Partial<Answered> = {}): Answered {
  return {
    state: 'answered',
    constraint: 'whole',
    json: 'object',
    content_characters: 20,
    thinking_characters: 0,
    thinking_in_content: false,
    finish_reason: 'stop',
    chunks: 12,
    arrivals: 12,
    usage: { prompt_tokens: 30, output_tokens: 12 },
    total_ms: 200,
    ...changes,
  }
}

/** A sentence, where no constraint was kept to. */
export function freeOutcome(changes: Partial<Answered> = {}): Answered {
  const { constraint: _, ...free } = answeredOutcome({ json: 'not-json', finish_reason: 'length' })
  return { ...free, ...changes }
}

export function asked(way: Partial<Combination>, outcome: CapabilityOutcome): AskedCombination {
  return { ...ownWay, ...way, outcome }
}

/** A matrix of the lane `local` of `benchConfig`. */
export function capabilityRecord(
  combinations: readonly AskedCombination[] = [asked({}, answeredOutcome())],
  changes: Partial<CapabilityRecord> = {},
): CapabilityRecord {
  return evidenceSchema.parse({
    kind: 'capability',
    id: 'capability-1',
    run_id: 'then',
    at: '2026-01-01T00:00:00.000Z',
    lane: 'local',
    subject: {
      runtime: 'embedded',
      server_build: 'build 1',
      requested_model: 'smollm2-135m-instruct',
      weights_sha256: '1'.repeat(64),
      options_sha256: laneOptionsSha256(benchConfig(), 'local'),
      questions: 1,
    },
    own: ownWay,
    seconds: 20,
    combinations,
    total_ms: 2000,
    asked_because: 'nothing-earlier',
    ...changes,
  }) as CapabilityRecord
}
