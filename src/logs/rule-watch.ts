import type { CompiledRule } from './compile-rules.ts'
import { FindingTally, type SeenLines } from './finding-tally.ts'
import type { LineTime } from './log-time.ts'

/** Follows one rule through the lines, in their order, and decides which of them make up its finding. */
export interface RuleWatch {
  readonly tally: FindingTally
  /** Keys (jobs, models) that were forgotten because there were too many to follow. */
  readonly forgotten: number
  see(line: SeenLines): void
  /** A line that says the opposite of the rule's own. */
  deny(): void
  /** Another log begins, not the next file of the same one: what came before has nothing to do with it. */
  nextLog(): void
}

/** How many values of a key field one rule follows at once. */
export const followedKeys = 20_000

export function watchRule(compiled: CompiledRule): RuleWatch {
  const { condition, within_ms } = compiled
  switch (condition.kind) {
    case 'count':
      return watchCount(condition.times, within_ms)
    case 'repeats':
      return watchRepeats(condition, within_ms)
    case 'returns':
      return watchReturns(condition, within_ms)
    case 'denied':
      return watchDenied()
    case 'sample':
      return { ...idle(), tally: new FindingTally(), forgotten: 0 }
  }
}

function watchCount(times: number, within: number | undefined): RuleWatch {
  const tally = new FindingTally()
  const gathered = gather(times, within)
  return {
    ...idle(),
    tally,
    forgotten: 0,
    see: (line) => gathered(line, tally),
  }
}

function watchRepeats(
  { field, growing, times }: { readonly field: string; readonly growing?: string | undefined; readonly times: number },
  within: number | undefined,
): RuleWatch {
  const keys = new Map<string, { gathered: Gathered; last: number | undefined }>()
  const tally = new FindingTally()
  let forgotten = 0
  /** The most recently seen keys are kept. */
  const follow = (key: string) => {
    const followed = keys.get(key) ?? { gathered: gather(times, within, field), last: undefined }
    keys.delete(key)
    keys.set(key, followed)
    if (keys.size > followedKeys) {
      keys.delete(keys.keys().next().value as string)
      forgotten += 1
    }
    return followed
  }
  return {
    ...idle(),
    tally,
    get forgotten() {
      return forgotten
    },
    see(line) {
      const key = line.fields.get(field)
      if (key === undefined) return
      const followed = follow(key)
      if (growing !== undefined) {
        const number = Number(line.fields.get(growing))
        if (Number.isNaN(number)) return
        if (followed.last !== undefined && number <= followed.last) followed.gathered = gather(times, within, field)
        followed.last = number
      }
      followed.gathered(line, tally)
    },
  }
}

function watchReturns(
  { field, times }: { readonly field: string; readonly times: number },
  within: number | undefined,
): RuleWatch {
  const tally = new FindingTally()
  const seen = new Set<string>()
  let gathered = gather(times, within)
  let last: string | undefined
  let forgotten = 0
  return {
    ...idle(),
    tally,
    get forgotten() {
      return forgotten
    },
    see(line) {
      const value = line.fields.get(field)
      if (value === undefined) return
      if (last !== undefined && value !== last && seen.has(value)) gathered(line, tally)
      last = value
      if (seen.size < followedKeys) seen.add(value)
      else if (!seen.has(value)) forgotten += 1
    },
    nextLog() {
      seen.clear()
      last = undefined
      gathered = gather(times, within)
    },
  }
}

function watchDenied(): RuleWatch {
  const tally = new FindingTally()
  let denials = 0
  return {
    tally,
    forgotten: 0,
    see(line) {
      if (denials > 0) tally.add({ ...line, fields: new Map([...line.fields, ['errors_before', String(denials)]]) })
      denials = 0
    },
    deny() {
      denials += 1
    },
    nextLog() {
      denials = 0
    },
  }
}

/** Adds a line to the tally once enough of them stand close enough together, and then those before it too. */
type Gathered = (line: SeenLines, tally: FindingTally) => void

function gather(times: number, within: number | undefined, key?: string): Gathered {
  const recent: LineTime[] = []
  let first: SeenLines | undefined
  let early = 0
  let isFinding = false
  return (line, tally) => {
    if (isFinding) {
      tally.add(line)
      return
    }
    first ??= line
    early += 1
    recent.push(line.at)
    if (recent.length > times) recent.shift()
    if (recent.length < times || !isClose(recent, within)) return
    isFinding = true
    if (early > 1) tally.add(first)
    // Of the lines between, only how many there were is kept, and their key.
    const value = key === undefined ? undefined : line.fields.get(key)
    const fields = new Map(key === undefined || value === undefined ? [] : [[key, value]])
    if (early > 2) tally.add({ ...first, fields, count: early - 2 })
    tally.add(line)
  }
}

/** A line without a time is close to any. */
function isClose(times: readonly LineTime[], within: number | undefined): boolean {
  const known = times.filter((each) => each !== undefined)
  return within === undefined || known.length === 0 || Math.max(...known) - Math.min(...known) <= within
}

function idle(): Pick<RuleWatch, 'see' | 'deny' | 'nextLog'> {
  return { see: () => undefined, deny: () => undefined, nextLog: () => undefined }
}
