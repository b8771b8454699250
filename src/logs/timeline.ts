import type { LogFacts } from '../evidence/log-schema.ts'
import type { SeenLines } from './finding-tally.ts'
import type { LineTime } from './log-time.ts'

const minute_ms = 60_000
/** Three days of minutes, and as many jobs as a rule follows. */
const keptMinutes = 4_320
const keptJobs = 20_000

/** Refusals and depths of the queue, by the minute: what is held against the probes of a run. Bounded. */
export class Timeline {
  readonly #blocks = new Map<number, { lines: number; new_jobs: number }>()
  readonly #depths = new Map<number, number>()
  readonly #jobs = new Set<string>()
  /** What no minute was left for. */
  leftOut = 0

  block({ at, fields }: SeenLines): void {
    const minute = this.#minute(at, this.#blocks)
    if (minute === undefined) return
    const block = this.#blocks.get(minute) ?? { lines: 0, new_jobs: 0 }
    this.#blocks.set(minute, block)
    block.lines += 1
    const job = fields.get('job')
    if (job === undefined || this.#jobs.has(job)) return
    if (this.#jobs.size >= keptJobs) this.leftOut += 1
    else {
      this.#jobs.add(job)
      block.new_jobs += 1
    }
  }

  depth(at: LineTime, value: string | undefined): void {
    const depth = Number(value)
    const minute = this.#minute(at, this.#depths)
    if (minute !== undefined && Number.isSafeInteger(depth) && depth >= 0) this.#depths.set(minute, depth)
  }

  facts(): Pick<LogFacts, 'blocks' | 'queue'> {
    const moments = <Value extends object>(values: Iterable<readonly [number, Value]>) =>
      [...values]
        .sort(([a], [b]) => a - b)
        .map(([minute, value]) => ({ minute: new Date(minute * minute_ms).toISOString(), ...value }))
    return {
      blocks: moments(this.#blocks),
      queue: moments([...this.#depths].map(([minute, depth]) => [minute, { depth }] as const)),
    }
  }

  #minute(at: LineTime, kept: ReadonlyMap<number, unknown>): number | undefined {
    if (at === undefined) return undefined
    const minute = Math.floor(at / minute_ms)
    if (kept.has(minute) || kept.size < keptMinutes) return minute
    this.leftOut += 1
    return undefined
  }
}
