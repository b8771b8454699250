import type { BenchConfig } from '../config/schema.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { Completion, Evidence, EvidenceOf } from '../evidence/schema.ts'
import {
  type AnswerFacts,
  firstToken_ms,
  generatedPerSecond,
  promptPerSecond,
  type Speeds,
} from '../gates/answer-speed.ts'
import { type Answered, isAnswered } from '../gates/verdict.ts'
import { median } from '../statistics/quantile.ts'
import { assessLevel, type ConcurrencyJudgement, type LevelAssessment } from './concurrency.ts'
import type { Statement } from './statement.ts'

/** Medians in tokens per second by two witnesses; one that told nothing is absent. */
export interface MedianSpeed {
  readonly server?: number
  readonly wire?: number
  /** Median of what arrived by what the server says, answer by answer: 1 where both agree. */
  readonly wire_to_server?: number
  /** Answers behind the medians: of the witness that saw more. */
  readonly n: number
  /** Calls that were made for it, with a fresh prefix and long answers, else the records' own answers. */
  readonly measured_on: 'probe' | 'records'
}

/** How fast a lane reads and writes, and what it does with several calls at once. What was not measured is absent. */
export interface LaneSpeed {
  readonly prompt?: MedianSpeed
  readonly generated?: MedianSpeed
  /** Present where the config asks for a sweep and it was made. */
  readonly concurrency?: {
    /** Of the most calls at once that the sweep tried. */
    readonly judgement: ConcurrencyJudgement
    readonly levels: readonly LevelAssessment[]
  }
  /** Server and wire further apart than they may be, and calls of the probe that failed. */
  readonly findings: readonly Statement[]
  readonly evidence_ids: readonly string[]
}

/** Five calls of so many tokens each measure the steps between tokens well enough to be held to `strictBound`. */
const strictCalls = 5
const strictTokens = 128
const strictBound = 0.03
/** Short answers, and prompts. */
const wideBound = 0.1
const wayThereAndBack_ms = 250

/** Pure. The probe speaks where it measured, the records' answers elsewhere. */
export function assessSpeed(evidence: readonly Evidence[], config: BenchConfig, lane: string): LaneSpeed {
  const options = laneOptionsSha256(config, lane)
  const isOwn = (each: EvidenceOf<'latency' | 'concurrency'>): boolean =>
    each.lane === lane && each.options_sha256 === options
  const probe = evidence.findLast((each): each is EvidenceOf<'latency'> => each.kind === 'latency' && isOwn(each))
  const sweep = evidence.findLast(
    (each): each is EvidenceOf<'concurrency'> => each.kind === 'concurrency' && isOwn(each),
  )
  const calls = probe?.calls.flatMap((call) => (call.state === 'answered' ? [call] : [])) ?? []
  const records = evidence
    .filter((each): each is Completion => each.kind === 'completion' && each.lane === lane)
    .filter(isAnswered)
  const whole = records.filter(isWholePromptKnown)
  const prompt =
    medianSpeed(calls.map(promptPerSecond), 'probe') ??
    medianSpeed(outcomesOf(withoutCold(whole)).map(promptPerSecond), 'records')
  const generated =
    medianSpeed(calls.map(generatedPerSecond), 'probe') ??
    medianSpeed(outcomesOf(withoutCold(records)).map(generatedPerSecond), 'records')
  const isStrict =
    generated?.measured_on === 'probe' &&
    calls.length >= strictCalls &&
    calls.every(({ usage }) => (usage.output_tokens ?? 0) >= strictTokens)
  const ids = (speed: MedianSpeed | undefined): string[] =>
    speed === undefined ? [] : speed.measured_on === 'probe' && probe ? [probe.id] : records.map(({ id }) => id)
  const levels = sweep?.levels.map(assessLevel) ?? []
  const failed = probe?.calls.find((call) => call.state === 'failed')
  return {
    ...(prompt && { prompt }),
    ...(generated && { generated }),
    ...(sweep && { concurrency: { judgement: levels.at(-1)?.judgement ?? 'unclear', levels } }),
    findings: [
      ...(isLateFirstToken(calls) ? disagreement('reads prompts', prompt, wideBound, ids(prompt)) : []),
      ...disagreement('generates', generated, isStrict ? strictBound : wideBound, ids(generated)),
      ...(failed && probe
        ? [{ text: `a call that measures speed failed: ${failed.message}`, evidence_ids: [probe.id] }]
        : []),
    ],
    evidence_ids: [...(probe ? [probe.id] : []), ...(sweep ? [sweep.id] : [])],
  }
}

function medianSpeed(speeds: readonly Speeds[], measured_on: MedianSpeed['measured_on']): MedianSpeed | undefined {
  const server = speeds.flatMap((each) => each.server ?? [])
  const wire = speeds.flatMap((each) => each.wire ?? [])
  const n = Math.max(server.length, wire.length)
  if (n === 0) return undefined
  // Pairs: a machine that is busy during one answer slows both of its witnesses.
  const ratios = speeds.flatMap((each) =>
    each.server === undefined || each.wire === undefined ? [] : [each.wire / each.server],
  )
  return {
    ...(server.length > 0 && { server: median(server) }),
    ...(wire.length > 0 && { wire: median(wire) }),
    ...(ratios.length > 0 && { wire_to_server: median(ratios) }),
    n,
    measured_on,
  }
}

/**
 * The wire's time to the first token always holds the way there and back: only what it holds beyond that is worth a
 * word. Of the records' own prompts it holds more, such as making a grammar: nothing is said of those.
 */
function isLateFirstToken(calls: readonly AnswerFacts[]): boolean {
  const late = calls.flatMap(({ timing }) => {
    const first_ms = firstToken_ms(timing)
    return first_ms === undefined || timing.server_prompt_ms === undefined ? [] : [first_ms - timing.server_prompt_ms]
  })
  return late.length > 0 && Math.abs(median(late)) > wayThereAndBack_ms
}

function disagreement(
  what: string,
  speed: MedianSpeed | undefined,
  bound: number,
  evidence_ids: readonly string[],
): Statement[] {
  if (speed?.server === undefined || speed.wire === undefined || speed.wire_to_server === undefined) return []
  const apart = Math.abs(speed.wire_to_server - 1)
  if (apart <= bound) return []
  const rate = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} tok/s`
  return [
    {
      text: `it ${what} at ${rate(speed.server)} by the server's timings and ${rate(speed.wire)} by what arrived: ${(100 * apart).toFixed(0)} % apart, over ${100 * bound} %`,
      evidence_ids,
    },
  ]
}

function outcomesOf(answered: readonly Answered[]): AnswerFacts[] {
  return answered.map(({ outcome }) => outcome)
}

/** The first answer after a load is slower; it speaks only where there is no other. */
function withoutCold(answered: readonly Answered[]): readonly Answered[] {
  const warm = answered.filter(({ outcome }) => outcome.timing.state !== 'cold')
  return warm.length > 0 ? warm : answered
}

/** A prompt of which part may have been cached says nothing of the speed of prompts. */
function isWholePromptKnown({ outcome }: Answered): boolean {
  return outcome.timing.state !== 'prefix-cached'
}
