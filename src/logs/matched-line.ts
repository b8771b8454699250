import type { CompiledRule } from './compile-rules.ts'
import { fieldValue } from './field-value.ts'

/** What a rule sees of a line: nothing of the rest is kept. */
export interface MatchedLine {
  /** Values as they may be shown. */
  readonly fields: ReadonlyMap<string, string>
}

/** Fields of a line that a rule matches, else undefined. Linear in the length of the line. */
export function matchLine({ pattern, groups, unless, fields }: CompiledRule, text: string): MatchedLine | undefined {
  if (!pattern.test(text) || unless?.test(text)) return undefined
  const values = new Map<string, string>()
  if (groups.length > 0) {
    const matcher = pattern.matcher(text)
    if (!matcher.find()) return undefined
    for (const name of groups) set(values, name, matcher.group(name))
  }
  for (const [name, field] of fields) {
    const matcher = field.matcher(text)
    if (!values.has(name) && matcher.find()) set(values, name, matcher.group(1))
  }
  return { fields: values }
}

function set(values: Map<string, string>, name: string, value: string | null): void {
  if (value) values.set(name, fieldValue(value))
}
