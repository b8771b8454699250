/**
 * P(Z >= z) of the standard normal distribution, to about 1e-12 of its value in the far tail too: the series 26.2.11
 * of Abramowitz and Stegun (Handbook of Mathematical Functions) up to 3, the continued fraction 26.2.14 beyond.
 */
export function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z <= 3) {
    let term = z
    let sum = z
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (z * z) / k
      sum += term
    }
    return 0.5 - density * sum
  }
  let fraction = z
  for (let k = 150; k >= 1; k -= 1) fraction = z + k / fraction
  return density / fraction
}

/**
 * The z that a standard normal value stays below with this probability, found by bisection: 0.975 gives 1.95996.
 * @throws RangeError unless the probability lies between 0 and 1, both excluded
 */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`a normal quantile needs a probability between 0 and 1; got ${probability}`)
  }
  if (probability > 0.5) return -normalQuantile(1 - probability)
  let [low, high] = [0, 40]
  for (let step = 0; step < 64; step += 1) {
    const middle = (low + high) / 2
    if (normalUpperTail(middle) > probability) low = middle
    else high = middle
  }
  return low === 0 ? 0 : -low
}
