import type { AskedCombination, CapabilityOutcome, Combination } from '../evidence/capability-schema.ts'
import { isSameWay } from '../evidence/same-combination.ts'

/** What became of a constraint, or of a question without one. */
export const constraintReadings = [
  'honoured',
  'mixed',
  'misplaced',
  'dropped',
  'unreached',
  'undecided',
  'answered',
  'refused',
  'failed',
  'not-asked',
] as const
export type ConstraintReading = (typeof constraintReadings)[number]

/** Where thinking came; leaked: it came, or into the content, though the request said not to think. */
export const thinkingReadings = ['none', 'separate', 'in-content', 'leaked'] as const
export type ThinkingReading = (typeof thinkingReadings)[number]

/** One way to ask, and what its facts mean. */
export interface ReadCombination extends Combination {
  readonly constraint: ConstraintReading
  /** Absent where nothing was answered. */
  readonly thinking?: ThinkingReading
  /** A stream came in more than one read; absent where none was asked for, or too little text came to tell. */
  readonly streamed_really?: boolean
  /** The answer counted its tokens; absent where nothing was answered. */
  readonly has_usage?: boolean
  readonly total_ms?: number
}

type Answered = Extract<CapabilityOutcome, { state: 'answered' }>

/**
 * What was seen, in words. `honoured` is claimed only for an answer that a free one would never be: the one object of a
 * random name and value, or JSON where the same question without the mode got none. Pure.
 */
export function readCombinations(combinations: readonly AskedCombination[]): ReadCombination[] {
  return combinations.map((each) => {
    const { outcome, ...combination } = each
    if (outcome.state !== 'answered') {
      return {
        ...combination,
        constraint: outcome.state === 'not-asked' ? 'not-asked' : isRefusal(outcome) ? 'refused' : 'failed',
        ...(outcome.state === 'failed' && { total_ms: outcome.total_ms }),
      }
    }
    const streamed = streamedReally(combination, outcome)
    return {
      ...combination,
      constraint: readConstraint(each, outcome, combinations),
      thinking: readThinking(combination, outcome),
      ...(streamed !== undefined && { streamed_really: streamed }),
      has_usage: outcome.usage.output_tokens !== undefined,
      total_ms: outcome.total_ms,
    }
  })
}

function readConstraint(
  { structure, ...way }: Combination,
  outcome: Answered,
  all: readonly AskedCombination[],
): ConstraintReading {
  if (structure === 'none') return 'answered'
  const stillThinking = outcome.thinking_in_content && isCut(outcome)
  if (structure !== 'json-mode') {
    // A part that the server says was all breaks the schema.
    if (outcome.constraint === 'whole' || (outcome.constraint === 'part' && isCut(outcome))) return 'honoured'
    if (outcome.constraint === 'inside') return 'mixed'
    if (outcome.constraint === 'in-thinking') return 'misplaced'
    return outcome.content_characters === 0 || stillThinking ? 'unreached' : 'dropped'
  }
  if (outcome.json === 'empty' || stillThinking) return 'unreached'
  if (!isJson(outcome)) return 'dropped'
  const free = all.find((each) => isSameWay(each, { ...way, structure: 'none' }))?.outcome
  // A model that answers JSON of its own accord shows nothing; nor does one that was not asked without the mode.
  return free?.state === 'answered' && !isJson(free) ? 'honoured' : 'undecided'
}

function readThinking({ think }: Combination, { thinking_characters, thinking_in_content }: Answered): ThinkingReading {
  if (think === 'off' && (thinking_characters > 0 || thinking_in_content)) return 'leaked'
  if (thinking_in_content) return 'in-content'
  return thinking_characters > 0 ? 'separate' : 'none'
}

/** A single token comes in one read whatever the server does. */
function streamedReally({ stream }: Combination, { arrivals, usage, chunks }: Answered): boolean | undefined {
  if (!stream) return undefined
  if (arrivals > 1) return true
  return (usage.output_tokens ?? chunks) > 3 ? false : undefined
}

function isJson({ json }: Answered): boolean {
  return json === 'object' || json === 'begun'
}

function isCut({ finish_reason }: Answered): boolean {
  return finish_reason === undefined || finish_reason === 'length' || finish_reason === 'limit'
}

/** The server's own no, to this way of asking: not to a key, a rate or a load. */
function isRefusal({ code, status }: Extract<CapabilityOutcome, { state: 'failed' }>): boolean {
  if (code === 'request-refused') return true
  return code === 'unexpected-response' && status !== undefined && (status === 501 || (status >= 400 && status < 500))
}
