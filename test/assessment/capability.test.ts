import { describe, expect, it } from 'vitest'
import { capabilitySection, compactRows } from '../../reporters/capability-section.ts'
import { assess } from '../../src/assessment/assess.ts'
import { assessCapability } from '../../src/assessment/capability.ts'
import { capabilityMemoSchema } from '../../src/assessment/capability-memo-schema.ts'
import { readCombinations } from '../../src/assessment/capability-reading.ts'
import type { BenchConfig } from '../../src/config/schema.ts'
import type { AskedCombination, CapabilityOutcome } from '../../src/evidence/capability-schema.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { answeredOutcome, asked, capabilityRecord, freeOutcome, ownWay } from '../support/capability-evidence.ts'
import { benchConfig } from '../support/evidence.ts'

const dropped = freeOutcome({ constraint: 'absent' })
const thinkingOn = (config: BenchConfig): BenchConfig => ({
  ...config,
  lanes: { ...config.lanes, local: { ...(config.lanes.local as BenchConfig['lanes'][string]), think: true } },
})
/** Findings on a lane that asks with these outcomes. */
function findings(combinations: readonly AskedCombination[], { think = false, own = ownWay } = {}): string[] {
  const config = think ? thinkingOn(benchConfig()) : benchConfig()
  const base = capabilityRecord()
  const subject = { ...base.subject, options_sha256: laneOptionsSha256(config, 'local') }
  const record = capabilityRecord(combinations, { own, subject })
  return assessCapability([record], config, 'local')?.findings.map(({ text }) => text) ?? ['nothing']
}
const constraintOf = (outcome: CapabilityOutcome, structure = ownWay.structure, others: AskedCombination[] = []) =>
  readCombinations([asked({ structure }, outcome), ...others])[0]?.constraint

describe('what an answer under a schema shows', () => {
  it('is honoured for what only the schema tells, dropped for anything else', () => {
    expect(constraintOf(answeredOutcome())).toBe('honoured')
    expect(constraintOf(answeredOutcome({ constraint: 'part', finish_reason: 'length' }))).toBe('honoured')
    expect(constraintOf(answeredOutcome({ constraint: 'part', finish_reason: 'stop' }))).toBe('dropped')
    expect(constraintOf(answeredOutcome({ constraint: 'inside' }))).toBe('mixed')
    expect(constraintOf(answeredOutcome({ constraint: 'in-thinking', content_characters: 0 }))).toBe('misplaced')
    expect(constraintOf(dropped)).toBe('dropped')
    // JSON alone is not the schema.
    expect(constraintOf(answeredOutcome({ constraint: 'absent' }))).toBe('dropped')
  })

  it('is not reached where the tokens ended among the thinking', () => {
    const cut = { constraint: 'absent', finish_reason: 'length' } as const
    expect(constraintOf(freeOutcome({ ...cut, content_characters: 0, thinking_characters: 90 }))).toBe('unreached')
    expect(constraintOf(freeOutcome({ ...cut, thinking_in_content: true }))).toBe('unreached')
    expect(constraintOf(freeOutcome({ ...cut, finish_reason: 'stop', thinking_in_content: true }))).toBe('dropped')
  })

  it('tells a refusal from a failure', () => {
    const failed = (code: 'request-refused' | 'unexpected-response' | 'queue-full', status: number) =>
      constraintOf({ state: 'failed', code, status, message: 'no', total_ms: 1 })
    expect(failed('request-refused', 400)).toBe('refused')
    expect(failed('unexpected-response', 404)).toBe('refused')
    expect(failed('unexpected-response', 500)).toBe('failed')
    expect(failed('queue-full', 429)).toBe('failed')
    expect(constraintOf({ state: 'not-asked', reason: 'time-cap' })).toBe('not-asked')
  })

  it('says of JSON mode only what the same question without it allows', () => {
    const { constraint: _, ...json } = answeredOutcome()
    const free = (outcome: CapabilityOutcome) => [asked({ structure: 'none' }, outcome)]
    expect(constraintOf(json, 'json-mode', free(freeOutcome()))).toBe('honoured')
    expect(constraintOf({ ...json, json: 'begun' }, 'json-mode', free(freeOutcome()))).toBe('honoured')
    expect(constraintOf(json, 'json-mode', free(json))).toBe('undecided')
    expect(constraintOf(json, 'json-mode')).toBe('undecided')
    expect(constraintOf(freeOutcome(), 'json-mode', free(freeOutcome()))).toBe('dropped')
  })

  it('tells where thinking came, and whether a stream was one', () => {
    const first = (way: object, changes: object) => readCombinations([asked(way, answeredOutcome(changes))])[0]
    expect(first({ think: 'on' }, { thinking_characters: 9 })?.thinking).toBe('separate')
    expect(first({ think: 'off' }, { thinking_characters: 9 })?.thinking).toBe('leaked')
    expect(first({ think: 'unset' }, { thinking_in_content: true })?.thinking).toBe('in-content')
    expect(first({}, { arrivals: 1 })?.streamed_really).toBe(false)
    expect(first({}, { arrivals: 1, usage: { output_tokens: 2 } })).not.toHaveProperty('streamed_really')
    expect(first({ stream: false }, { arrivals: 1 })).not.toHaveProperty('streamed_really')
  })
})

describe('a lane whose own way of asking drops its schema', () => {
  it('is told, with the setting under which it is honoured', () => {
    expect(
      findings([asked({ think: 'on' }, dropped), asked({ think: 'off' }, answeredOutcome())], {
        think: true,
        own: { ...ownWay, think: 'on' },
      }),
    ).toEqual([
      'the lane asks in a way in which its schema is silently ignored: POST /v1/chat/completions, streamed, think on, with a JSON schema, was answered, but not by the schema. With think off it is honoured: write think: false in lanes: { local }',
    ])
    expect(findings([asked({}, dropped), asked({ think: 'on' }, answeredOutcome())])[0]).toContain(
      'write think: true in lanes: { local }',
    )
  })

  it('is told of another endpoint, or that none honours it, and to claim no schema', () => {
    const elsewhere = [asked({}, dropped), asked({ endpoint: '/completion', think: 'unset' }, answeredOutcome())]
    expect(findings(elsewhere)[0]).toMatch(/honours it otherwise \(POST \/completion, .*structured_output: none/)
    expect(findings([asked({}, dropped)])[0]).toMatch(
      /No way to ask that was tried is honoured: write structured_output: none/,
    )
    const own = { ...ownWay, think: 'unset' as const }
    expect(findings([asked(own, dropped), asked({}, answeredOutcome())], { own })[0]).toContain(
      'give the runtime of local its own kind',
    )
  })

  it('is told of thinking that nobody asked for and of a stream that is none; else there is nothing to say', () => {
    expect(findings([asked({}, answeredOutcome({ thinking_characters: 50 }))])[0]).toMatch(/^the model thinks though/)
    expect(findings([asked({}, answeredOutcome({ arrivals: 1 }))])[0]).toContain('the stream comes all at once')
    expect(findings([asked({}, answeredOutcome())])).toEqual([])
    // Of other ways than its own a lane has nothing to fear.
    expect(findings([asked({}, answeredOutcome()), asked({ stream: false }, dropped)])).toEqual([])
  })

  it('is not judged by a matrix of other settings', () => {
    const record = capabilityRecord([asked({}, dropped)])
    expect(assessCapability([record], thinkingOn(benchConfig()), 'local')).toBeUndefined()
  })
})

describe('another version of the runtime', () => {
  const then = capabilityRecord([asked({}, answeredOutcome()), asked({ stream: false }, answeredOutcome())])
  const notes = (combinations: readonly AskedCombination[]) => {
    const earlier = {
      run_id: 'then',
      evidence_id: then.id,
      at: then.at,
      subject: then.subject,
      combinations: then.combinations,
    }
    const subject = { ...then.subject, server_build: 'build 2' }
    const record = capabilityRecord(combinations, { subject, earlier, asked_because: 'runtime-changed' })
    return assessCapability([record], benchConfig(), 'local')
      ?.notes.map(({ text }) => text)
      .join('\n')
  }

  it('is compared way by way', () => {
    expect(notes([asked({}, dropped), asked({ stream: false }, answeredOutcome())])).toContain(
      'the runtime changed since then (build 1 then, build 2 now), so all was asked anew: POST /v1/chat/completions, streamed, think off, with a JSON schema: honoured then, dropped now',
    )
    expect(notes(then.combinations)).toContain('so all was asked anew: nothing differs')
    // What was not asked now is no change.
    expect(notes([asked({}, { state: 'not-asked', reason: 'time-cap' })])).toContain('nothing differs')
  })
})

describe('the memo', () => {
  const combinations = (['off', 'on'] as const).flatMap((think) =>
    [true, false].flatMap((stream) => [
      asked({ think, stream }, think === 'on' && stream ? dropped : answeredOutcome()),
      asked({ think, stream, structure: 'none' }, freeOutcome()),
    ]),
  )

  it('has a row for what differs, and the whole matrix in memo.json', () => {
    expect(compactRows(readCombinations(combinations))).toEqual([
      ['`/v1/chat/completions`', 'off', 'yes, no', 'honoured', '–', '–', 'answered', 'none'],
      ['`/v1/chat/completions`', 'on', 'yes', '**dropped**', '–', '–', 'answered', 'none'],
      ['`/v1/chat/completions`', 'on', 'no', 'honoured', '–', '–', 'answered', 'none'],
    ])
    const alike = combinations.map((each) => ({ ...each, outcome: answeredOutcome() }))
    expect(compactRows(readCombinations(alike)).map((row) => row.slice(0, 4))).toEqual([
      ['`/v1/chat/completions`', 'off, on', 'yes, no', 'honoured'],
    ])
    const record = capabilityRecord(combinations)
    const assessment = assess([record], benchConfig())
    const { capability } = assessment.lanes.find(({ lane }) => lane === 'local') ?? {}
    expect(capabilityMemoSchema.parse(JSON.parse(JSON.stringify(capability))).readings).toHaveLength(8)
    expect(capabilitySection(assessment)).toContain('local: as the lane asks (POST /v1/chat/completions, streamed')
    expect(capabilitySection(assess([], benchConfig()))).toBeUndefined()
  })

  it('says which run it was carried from', () => {
    const carried_from = { run_id: 'long-ago', evidence_id: 'capability-0', at: '2025-12-31T00:00:00.000Z' }
    const section = capabilitySection(assess([capabilityRecord(combinations, { carried_from })], benchConfig()))
    expect(section).toContain(
      'carried from long-ago (2025-12-31): the runtime and the model are the same; 8 ways were asked then',
    )
  })
})
