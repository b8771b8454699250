import type { LogFinding } from '../evidence/log-schema.ts'
import type { CompiledRule } from './compile-rules.ts'
import type { LineTime } from './log-time.ts'

/** Where a line stands. */
export interface Place {
  readonly file: string
  readonly line: number
  /** Index of its source. */
  readonly source: number
}

/** Lines of one kind, without the lines. */
export interface SeenLines {
  readonly count: number
  readonly at: LineTime
  readonly place: Place
  readonly fields: ReadonlyMap<string, string>
}

/** The time that a source covers. */
export interface Span {
  readonly from: number
  readonly to: number
}

const keptValues = 200
const shownValues = 5
const shortestSpan_ms = 60_000

/** Counts the lines of a finding. Bounded: of each field the first two hundred values are told apart. */
export class FindingTally {
  count = 0
  /** Fields that had more values than are told apart. */
  readonly overflown = new Set<string>()
  #untimed = 0
  #firstAt: LineTime
  #lastAt: LineTime
  #first: Place | undefined
  #last: Place | undefined
  readonly #sources = new Set<number>()
  readonly #fields = new Map<string, Map<string, number>>()

  add({ count, at, place, fields }: SeenLines): void {
    this.count += count
    this.#sources.add(place.source)
    if (at === undefined) this.#untimed += count
    else {
      if (this.#firstAt === undefined || at < this.#firstAt) this.#firstAt = at
      if (this.#lastAt === undefined || at > this.#lastAt) this.#lastAt = at
    }
    if (!this.#first || isBefore(place, this.#first)) this.#first = place
    if (!this.#last || isBefore(this.#last, place)) this.#last = place
    for (const [name, value] of fields) {
      const values = this.#fields.get(name) ?? new Map<string, number>()
      this.#fields.set(name, values)
      if (values.has(value) || values.size < keptValues) values.set(value, (values.get(value) ?? 0) + count)
      else this.overflown.add(name)
    }
  }

  /** `spans`: by source; undefined where a source has no times. */
  finding({ rule }: CompiledRule, spans: readonly (Span | undefined)[]): LogFinding | undefined {
    if (this.count === 0 || !this.#first || !this.#last) return undefined
    const covered = [...this.#sources].flatMap((source) => spans[source] ?? [])
    const covered_ms =
      covered.length > 0 ? Math.max(...covered.map(({ to }) => to)) - Math.min(...covered.map(({ from }) => from)) : 0
    return {
      rule: rule.id,
      detector: rule.detector,
      title: rule.title,
      remedy: rule.remedy,
      evidence: rule.evidence,
      count: this.count,
      ...(this.#firstAt !== undefined && { first_at: new Date(this.#firstAt).toISOString() }),
      ...(this.#lastAt !== undefined && { last_at: new Date(this.#lastAt).toISOString() }),
      ...(this.#untimed > 0 && { untimed: this.#untimed }),
      ...(covered.length > 0 && { covered_seconds: Math.round(covered_ms / 1000) }),
      ...(covered_ms >= shortestSpan_ms && { rate_per_hour: (this.count / covered_ms) * 3_600_000 }),
      fields: Object.fromEntries([...this.#fields].map(([name, values]) => [name, mostFrequent(values)])),
      first: { file: this.#first.file, line: this.#first.line },
      last: { file: this.#last.file, line: this.#last.line },
    }
  }
}

function isBefore(a: Place, b: Place): boolean {
  return a.source === b.source ? a.line < b.line : a.source < b.source
}

function mostFrequent(values: ReadonlyMap<string, number>): { value: string; count: number }[] {
  return [...values]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, shownValues)
}
