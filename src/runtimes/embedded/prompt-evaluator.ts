import type { LlamaContextSequence, Token } from 'node-llama-cpp'

/** Tokens evaluated in one call: small enough that a cancelled request ends within a second, also on slow machines. */
const step = 64

/**
 * Brings a sequence to the state "all of the prompt but its last token" in steps of fixed size.
 *
 * Floating-point sums depend on how tokens are batched. Here a reused prefix always ends at the end of a whole step
 * and never holds generated tokens, so a prompt is batched alike whether its prefix was cached or not, and equal
 * requests give equal answers whatever was asked before.
 */
export class PromptEvaluator {
  readonly #sequence: LlamaContextSequence
  /** Tokens now in the sequence that were evaluated in whole steps, from its start. */
  #reusable: readonly Token[] = []

  constructor(sequence: LlamaContextSequence) {
    this.#sequence = sequence
  }

  /** Returns how many tokens of the prompt were found evaluated. Rejects with the signal's reason when aborted. */
  async evaluate(prompt: readonly Token[], reusePrefix: boolean, signal: AbortSignal): Promise<number> {
    const head = prompt.slice(0, -1)
    // Models whose cache cannot be cut at will (recurrent, sliding window) would be evaluated anew behind our back.
    const cached = reusePrefix && !this.#sequence.needsCheckpoints ? wholeSteps(commonLength(this.#reusable, head)) : 0
    this.#reusable = []
    if (cached === 0) await this.#sequence.clearHistory()
    else await this.#sequence.eraseContextTokenRanges([{ start: cached, end: this.#sequence.nextTokenIndex }])
    for (let start = cached; start < head.length; start += step) {
      signal.throwIfAborted()
      await this.#sequence.evaluateWithoutGeneratingNewTokens(head.slice(start, start + step))
    }
    signal.throwIfAborted()
    this.#reusable = head.slice(0, wholeSteps(head.length))
    return cached
  }
}

const wholeSteps = (tokens: number): number => Math.floor(tokens / step) * step

function commonLength(one: readonly Token[], other: readonly Token[]): number {
  const shorter = Math.min(one.length, other.length)
  for (let index = 0; index < shorter; index++) if (one[index] !== other[index]) return index
  return shorter
}
