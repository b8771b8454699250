import { readFile } from 'node:fs/promises'
import { RE2JS } from 're2js'
import { ConfigError, type ConfigProblem } from '../config/config-error.ts'
import { type ConfigPath, formatPath } from '../config/config-path.ts'
import { milliseconds } from '../config/duration.ts'
import { readYaml, type YamlText } from '../config/read-yaml.ts'
import { schemaProblems } from '../config/schema-problems.ts'
import { type LogRule, type RuleCondition, rulePackSchema } from './rule-schema.ts'

/** A rule whose patterns are ready to use. All of them run in linear time. */
export interface CompiledRule {
  readonly rule: LogRule
  readonly pattern: RE2JS
  /** Named groups of the pattern. */
  readonly groups: readonly string[]
  readonly unless: RE2JS | undefined
  readonly fields: readonly (readonly [name: string, pattern: RE2JS])[]
  readonly condition: RuleCondition
  /** Of the condition; undefined where it has no limit of time. */
  readonly within_ms: number | undefined
  /** What contradicts the rule's own lines, of a condition `denied`. */
  readonly denial: RE2JS | undefined
}

/** Reads and checks a file of rules. @throws ConfigError with line and column of everything that is wrong */
export async function readRules(path: string): Promise<readonly CompiledRule[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const problem = code === 'ENOENT' ? 'not found' : `cannot be read (${code})`
    throw new ConfigError(path, [{ path: '', code: 'unreadable', text: `${problem}; name a YAML file of log rules` }])
  }
  return parseRules(text, path)
}

/** @throws ConfigError with line and column of everything that is wrong */
export function parseRules(text: string, file: string): readonly CompiledRule[] {
  const read = readYaml(text)
  if ('problems' in read) throw new ConfigError(file, read.problems)
  const { yaml } = read
  const parsed = rulePackSchema.safeParse(yaml.value)
  if (!parsed.success) {
    const problems = schemaProblems(rulePackSchema, parsed.error.issues, yaml)
    throw new ConfigError(file, problems.length > 0 ? problems : [{ path: '', code: 'yaml', text: 'no log rules' }])
  }
  const problems: ConfigProblem[] = []
  const seen = new Set<string>()
  const compiled = parsed.data.rules.map((rule, index) => {
    if (seen.has(rule.id)) problems.push(problemAt(yaml, ['rules', index, 'id'], `the id ${rule.id} stands twice`))
    seen.add(rule.id)
    return compileRule(rule, (path, what) => {
      problems.push(problemAt(yaml, ['rules', index, ...path], what))
    })
  })
  if (problems.length > 0) throw new ConfigError(file, problems)
  return compiled.filter((rule) => rule !== undefined)
}

/** The user's rules after the shipped ones; one of the same id takes its place. */
export function withOwnRules(shipped: readonly CompiledRule[], own: readonly CompiledRule[]): readonly CompiledRule[] {
  const replaced = new Set(own.map(({ rule }) => rule.id))
  return [...shipped.filter(({ rule }) => !replaced.has(rule.id)), ...own]
}

function compileRule(rule: LogRule, complain: (path: ConfigPath, what: string) => void): CompiledRule | undefined {
  const compile = (path: ConfigPath, text: string): RE2JS | undefined => {
    try {
      return RE2JS.compile(text)
    } catch (error) {
      complain(path, explain(text, error as Error))
      return undefined
    }
  }
  const pattern = compile(['pattern'], rule.pattern)
  const unless = rule.unless === undefined ? undefined : compile(['unless'], rule.unless)
  const fields = Object.entries(rule.fields).map(([name, text]) => {
    const field = compile(['fields', name], text)
    if (field && field.groupCount() < 1) complain(['fields', name], 'needs a group: put what is the value into ( )')
    return [name, field] as const
  })
  const { when } = rule
  const denial = when.kind === 'denied' ? compile(['when', 'by', 'pattern'], when.by.pattern) : undefined
  if (!pattern) return undefined
  const groups = Object.keys(pattern.namedGroups())
  const known = new Set([...groups, ...Object.keys(rule.fields)])
  for (const key of ['field', 'growing'] as const) {
    const wanted = key in when ? (when as Partial<Record<typeof key, string>>)[key] : undefined
    if (wanted !== undefined && !known.has(wanted)) {
      complain(['when', key], `the rule has no field ${wanted}; it has ${[...known].join(', ') || 'none'}`)
    }
  }
  return {
    rule,
    pattern,
    groups,
    unless,
    fields: fields.flatMap(([name, field]) => (field ? [[name, field] as const] : [])),
    condition: when,
    within_ms: 'within' in when && when.within !== undefined ? milliseconds(when.within) : undefined,
    denial,
  }
}

const backtracking: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'looks ahead or behind, which no linear-time engine can'],
  [/\\[1-9]|\\k</, 'refers back to a group, which no linear-time engine can'],
  [/\(\?>|[*+?}]\+/, 'is possessive or atomic, which no linear-time engine needs'],
]

function explain(text: string, error: Error): string {
  const known = backtracking.find(([construct]) => construct.test(text))
  const remedy = 'rules use RE2 syntax (https://github.com/google/re2/wiki/Syntax)'
  if (known) return `${known[1]}; write it without that, or let lines off with unless: ${remedy}`
  return `no pattern (${error.message.replace(/^error parsing regexp: /, '')}); ${remedy}`
}

function problemAt(yaml: YamlText, path: ConfigPath, text: string): ConfigProblem {
  return { ...yaml.positionOf(path), path: formatPath(path), code: 'invalid-value', text }
}
