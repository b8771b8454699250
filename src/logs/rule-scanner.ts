import type { LogFacts } from '../evidence/log-schema.ts'
import type { CompiledRule } from './compile-rules.ts'
import type { SeenLines, Span } from './finding-tally.ts'
import type { CandidateLine } from './line-feeder.ts'
import { type Literal, type LiteralScanner, literalScanner } from './literal-scanner.ts'
import { matchLine } from './matched-line.ts'
import { followedKeys, type RuleWatch, watchRule } from './rule-watch.ts'
import { Timeline } from './timeline.ts'

/** All rules over all sources. */
export interface RuleScanner {
  readonly scan: LiteralScanner
  /** What looks at the candidate lines of the next source. `log` is the same for the files of one rotated log. */
  openSource(name: string, log: string): (line: CandidateLine) => void
  /** A limit that was hit. */
  note(bound: string): void
  /** `spans`: the time that each source covers, in the order in which they were opened. */
  facts(spans: readonly (Span | undefined)[]): Pick<LogFacts, 'findings' | 'blocks' | 'queue' | 'bounds'>
}

/** What a literal leads to. */
interface Lead {
  readonly rule: number
  readonly denies: boolean
}

export function ruleScanner(rules: readonly CompiledRule[], since: number | undefined): RuleScanner {
  const { literals, leads } = leadsOf(rules)
  const watches = rules.map(watchRule)
  const timeline = new Timeline()
  const bounds: string[] = []
  let sources = 0
  let currentLog: string | undefined

  function look(rule: number, line: CandidateLine, file: string, source: number): void {
    const compiled = rules[rule] as CompiledRule
    const matched = matchLine(compiled, line.text)
    if (!matched) return
    const seen: SeenLines = {
      count: 1,
      at: line.at,
      place: { file, line: line.number, source },
      fields: matched.fields,
    }
    const watch = watches[rule] as RuleWatch
    watch.see(seen)
    if (compiled.rule.detector === 'blocked') timeline.block(seen)
    if (compiled.condition.kind === 'sample') timeline.depth(line.at, matched.fields.get(compiled.condition.field))
  }

  return {
    scan: literalScanner(literals),
    openSource(file, log) {
      const source = sources
      sources += 1
      if (log !== currentLog) for (const watch of watches) watch.nextLog()
      currentLog = log
      return (line) => {
        if (since !== undefined && line.at !== undefined && line.at < since) return
        const looked = new Set<Lead>()
        for (const literal of line.literals) {
          for (const lead of leads[literal] ?? []) looked.add(lead)
        }
        for (const lead of looked) {
          const compiled = rules[lead.rule] as CompiledRule
          if (!lead.denies) look(lead.rule, line, file, source)
          else if (compiled.denial?.test(line.text)) watches[lead.rule]?.deny()
        }
      }
    },
    note(bound) {
      bounds.push(bound)
    },
    facts(spans) {
      const findings = rules.flatMap((compiled, index) => watches[index]?.tally.finding(compiled, spans) ?? [])
      return { findings, ...timeline.facts(), bounds: [...bounds, ...boundsOf(rules, watches, timeline)] }
    },
  }
}

/** The distinct literals of all rules, and which rules each leads to. */
function leadsOf(rules: readonly CompiledRule[]): { literals: Literal[]; leads: Lead[][] } {
  const known = new Map<string, { literal: Literal; leads: Lead[] }>()
  const lead = (texts: readonly string[], ignore_case: boolean, to: Lead): void => {
    for (const text of texts) {
      const key = `${ignore_case} ${text}`
      const entry = known.get(key) ?? { literal: { bytes: Buffer.from(text), ignore_case }, leads: [] }
      known.set(key, entry)
      entry.leads.push(to)
    }
  }
  for (const [index, { rule }] of rules.entries()) {
    lead(rule.literals, rule.ignore_case, { rule: index, denies: false })
    if (rule.when.kind === 'denied') lead(rule.when.by.literals, false, { rule: index, denies: true })
  }
  const entries = [...known.values()]
  return { literals: entries.map(({ literal }) => literal), leads: entries.map((entry) => entry.leads) }
}

function boundsOf(rules: readonly CompiledRule[], watches: readonly RuleWatch[], timeline: Timeline): string[] {
  const bounds = rules.flatMap(({ rule }, index) => {
    const watch = watches[index] as RuleWatch
    return [
      ...(watch.forgotten > 0
        ? [`${rule.id}: follows ${followedKeys} values at once; ${watch.forgotten} older ones were forgotten`]
        : []),
      ...[...watch.tally.overflown].map((field) => `${rule.id}: ${field} has more values than are told apart`),
    ]
  })
  if (timeline.leftOut > 0) {
    bounds.push(`refusals and depths of the queue: ${timeline.leftOut} lines were left out of the comparison by minute`)
  }
  return bounds
}
