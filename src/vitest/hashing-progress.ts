import { basename } from 'node:path'
import { megabytes } from '../gates/wording.ts'

/** How far the reading of a weight file is. */
export interface HashingProgress {
  readonly file: string
  readonly bytes_done: number
  readonly bytes_total: number
}

/** Small files are read before anybody would look. */
const quiet_ms = 2_000
const interval_ms = 3_000

/** Passes progress on, first after two seconds, then once in three. */
export function hashingProgress(
  tell: (progress: HashingProgress) => void,
  now: () => number = () => performance.now(),
): (file: string, bytes_done: number, bytes_total: number) => void {
  let next = now() + quiet_ms
  return (file, bytes_done, bytes_total) => {
    if (now() < next) return
    next = now() + interval_ms
    tell({ file: basename(file), bytes_done, bytes_total })
  }
}

/** One line for people. */
export function hashingLine({ file, bytes_done, bytes_total }: HashingProgress): string {
  const twentieths = bytes_total > 0 ? Math.floor((20 * bytes_done) / bytes_total) : 0
  const bar = '#'.repeat(twentieths).padEnd(20, '.')
  return `Hashing ${file}  [${bar}]  ${megabytes(bytes_done)} of ${megabytes(bytes_total)}`
}
