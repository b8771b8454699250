import type { LaneConfig } from '../config/schema.ts'
import type { ContextTrial } from '../evidence/context-schema.ts'

/** How many tokens a prompt of so many cycles of filler must have. */
export interface Calibration {
  readonly tokensOf: (cycles: number) => number
  readonly tokensPerCycle: number
  readonly fixedTokens: number
}

/**
 * The straight line through two short prompts. Where the server counted neither, or less than one token a word (it may
 * have cut even these), the words alone are taken for tokens, which is too few rather than too many. Undefined where
 * one of them was not answered. Pure.
 */
export function calibrate(
  cycles: readonly [number, number],
  [first, second]: readonly ContextTrial[],
): Calibration | undefined {
  if (first?.outcome.state !== 'answered' || second?.outcome.state !== 'answered') return undefined
  const [fewer, more] = cycles
  const wordsPerCycle = (second.words - first.words) / (more - fewer)
  const tokens = [first.outcome.prompt_tokens, second.outcome.prompt_tokens] as const
  const counted = tokens[0] !== undefined && tokens[1] !== undefined ? (tokens[1] - tokens[0]) / (more - fewer) : 0
  const trusted = counted >= wordsPerCycle && (tokens[0] ?? 0) >= first.words
  const tokensPerCycle = trusted ? counted : wordsPerCycle
  const fixedTokens = (trusted ? (tokens[0] ?? 0) : first.words) - fewer * tokensPerCycle
  return {
    tokensPerCycle,
    fixedTokens,
    tokensOf: (count) => Math.round(fixedTokens + count * tokensPerCycle),
  }
}

/** The longest prompt of whole cycles that has at most so many tokens; one cycle at least. Pure. */
export function cyclesFor(tokens: number, { tokensPerCycle, fixedTokens }: Calibration): number {
  return Math.max(1, Math.floor((tokens - fixedTokens) / tokensPerCycle))
}

/** What the fitting prompt and its answer are sized to, and what decided it. */
export interface ContextTarget {
  readonly tokens: number
  readonly from: 'configured' | 'in-force' | 'refusal' | 'maximum-tokens' | 'seconds'
}

/**
 * The least of: what the config asks for, what the runtime declares, and the two caps. `speed`: prompt tokens a second
 * as the calibrations showed. Pure.
 */
export function targetOf(
  declared: { readonly configured: number | undefined; readonly in_force: number | undefined },
  limits: LaneConfig['context_probe'],
  speed: number | undefined,
): ContextTarget {
  const all: readonly { readonly tokens: number | undefined; readonly from: ContextTarget['from'] }[] = [
    { tokens: declared.configured, from: 'configured' },
    { tokens: declared.in_force, from: 'in-force' },
    { tokens: limits.maximum_tokens, from: 'maximum-tokens' },
    { tokens: speed === undefined ? undefined : Math.floor(speed * limits.seconds), from: 'seconds' },
  ]
  return all
    .flatMap(({ tokens, from }) => (tokens === undefined ? [] : [{ tokens, from }]))
    .reduce((least, each) => (each.tokens < least.tokens ? each : least))
}
