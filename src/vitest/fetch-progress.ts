import { megabytes } from '../gates/wording.ts'
import type { WeightsProgress } from '../runtimes/embedded/ensure-weights.ts'

/** Says how far the fetching of weights is: a bar, a line each fifth of a phase, so that logs stay short. */
export function createFetchProgress(model: string, say: (line: string) => void): (progress: WeightsProgress) => void {
  let last = ''
  return ({ phase, source, bytes_done, bytes_total }) => {
    const fifths = bytes_total > 0 ? Math.floor((5 * bytes_done) / bytes_total) : 0
    const key = `${phase} ${fifths}`
    if (phase === 'verifying' || key === last) return
    last = key
    const bar = '#'.repeat(fifths * 4).padEnd(20, '.')
    const amount = `${megabytes(bytes_done)} of ${megabytes(bytes_total)}`
    say(`${phase === 'downloading' ? `Fetching ${model} (${source})` : `Unpacking ${model}`}  [${bar}]  ${amount}`)
  }
}
