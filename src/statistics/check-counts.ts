/** @throws RangeError unless both are whole numbers with 0 <= successes <= trials and at least one trial */
export function checkCounts(successes: number, trials: number, caller: string): void {
  if (
    !(Number.isInteger(successes) && Number.isInteger(trials) && 0 <= successes && successes <= trials && trials > 0)
  ) {
    throw new RangeError(
      `${caller} needs whole numbers 0 <= successes <= trials, trials > 0; got ${successes} of ${trials}`,
    )
  }
}

/** @throws RangeError unless it lies between 0 and 1, both excluded: 0.95, not 95 */
export function checkConfidence(confidence: number, caller: string): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`${caller} needs a confidence between 0 and 1, such as 0.95; got ${confidence}`)
  }
}
