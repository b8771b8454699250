import type { ContextTrial } from '../evidence/context-schema.ts'
import type { Completion, EvidenceOf } from '../evidence/schema.ts'

/** Prompt tokens that the server counted, against the least that the text must have. */
export interface Shortfall {
  readonly counted: number
  readonly least: number
}

/** Calibrated on the same text, counts agree to a few tokens; a tenth less was cut off. */
const calibratedShare = 0.9
/** Each word is a token at least; this much less is no matter of how words are told apart. */
const wordShare = 0.9

/** How much of a probe's prompt was cut off without a word; undefined where none is seen to be. */
export function shortfallOf(trial: ContextTrial | undefined): Shortfall | undefined {
  if (trial?.outcome.state !== 'answered') return undefined
  const { prompt_tokens: counted } = trial.outcome
  const least = trial.expected_prompt_tokens ?? trial.words
  return counted !== undefined && counted < calibratedShare * least ? { counted, least } : undefined
}

/** The same of an ordinary answer, whose text has at least as many tokens as words. */
export function shortfallOfAnswer({ prompt, outcome }: Completion): Shortfall | undefined {
  if (outcome.state !== 'answered' || prompt.words === undefined) return undefined
  const counted = outcome.usage.prompt_tokens
  return counted !== undefined && counted < wordShare * prompt.words ? { counted, least: prompt.words } : undefined
}

/** How much context a lane was seen to have, in tokens of prompt and answer together. */
export interface EffectiveContext {
  readonly tokens: number
  /** `at-least`: so much came through whole. `at-most`: so much was left of a longer prompt, the rest was cut off. */
  readonly bound: 'at-least' | 'at-most'
  /** `counted`: by the server's own count. `recalled`: the server counts nothing, but all three codes came back. */
  readonly by: 'counted' | 'recalled'
  readonly evidence_id: string
}

/** What the probe and the ordinary answers prove together; undefined where nothing is proven. */
export function effectiveContext(
  probe: EvidenceOf<'context'> | undefined,
  completions: readonly Completion[],
): EffectiveContext | undefined {
  const cut = [...(probe?.calibrations ?? []), probe?.fitting, probe?.over].flatMap(
    (trial) => shortfallOf(trial)?.counted ?? [],
  )
  if (probe && cut.length > 0) {
    return { tokens: Math.max(...cut), bound: 'at-most', by: 'counted', evidence_id: probe.id }
  }
  const whole: EffectiveContext[] = [
    ...[probe?.fitting, probe?.over].flatMap((trial) => wholeTrial(trial, probe?.id ?? '')),
    ...completions.flatMap((each): EffectiveContext[] =>
      each.outcome.state === 'answered' &&
      each.outcome.usage.prompt_tokens !== undefined &&
      shortfallOfAnswer(each) === undefined
        ? [
            {
              tokens: each.outcome.usage.prompt_tokens + (each.outcome.usage.output_tokens ?? 0),
              bound: 'at-least',
              by: 'counted',
              evidence_id: each.id,
            },
          ]
        : [],
    ),
  ]
  if (whole.length === 0) return undefined
  return whole.reduce((most, each) => (each.tokens > most.tokens ? each : most))
}

function wholeTrial(trial: ContextTrial | undefined, evidence_id: string): EffectiveContext[] {
  if (trial?.outcome.state !== 'answered') return []
  const { prompt_tokens, output_tokens = 0, codes } = trial.outcome
  if (prompt_tokens !== undefined) {
    return [{ tokens: prompt_tokens + output_tokens, bound: 'at-least', by: 'counted', evidence_id }]
  }
  const recalled = codes.head && codes.middle && codes.tail
  return recalled ? [{ tokens: trial.words, bound: 'at-least', by: 'recalled', evidence_id }] : []
}
