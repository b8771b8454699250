import type { z } from 'zod'
import type { ConfigProblem } from './config-error.ts'
import { type ConfigPath, formatPath } from './config-path.ts'
import { knownKeys } from './known-keys.ts'
import { nearest, suggestion } from './nearest.ts'
import type { YamlText } from './read-yaml.ts'
import { carriesCredentials, looksLikeSecret } from './secrets.ts'

/** Says each issue that zod found at its line, with what is expected and what stands there. */
export function schemaProblems(
  schema: z.core.$ZodType,
  issues: readonly z.core.$ZodIssue[],
  yaml: YamlText,
): readonly ConfigProblem[] {
  const problems = issues.flatMap((issue): readonly ConfigProblem[] => {
    const path = issue.path as ConfigPath
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, path, yaml.value)
      return issue.keys.map((key) => ({
        ...yaml.positionOfKey([...path, key]),
        path: formatPath([...path, key]),
        code: 'unknown-key',
        text: `unknown key${keySuggestion(key, known, valueAt(yaml.value, path))}`,
      }))
    }
    if (issue.code === 'invalid_key') {
      const reason = issue.issues.map((inner) => inner.message).join(', ')
      return [
        {
          ...yaml.positionOfKey(path),
          path: formatPath(path),
          code: 'invalid-key',
          text: `not a usable name: ${reason}`,
        },
      ]
    }
    if (isMissing(yaml.value, path)) {
      const text = `missing; expected ${expectation(issue)}`
      return [{ ...yaml.positionOfKey(path.slice(0, -1)), path: formatPath(path), code: 'missing-key', text }]
    }
    const text = `expected ${expectation(issue)}; found ${found(valueAt(yaml.value, path), path)}`
    return [{ ...yaml.positionOf(path), path: formatPath(path), code: 'invalid-value', text }]
  })
  // A text can miss several checks of one field; the first says what it should have been.
  const firsts = new Map(problems.toReversed().map((problem) => [`${problem.code} ${problem.path}`, problem]))
  return problems.filter((problem) => firsts.get(`${problem.code} ${problem.path}`) === problem)
}

/** The value at a path of plain JSON, or undefined. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (inner, step) => (hasKey(inner, step) ? (inner as Record<string, unknown>)[step] : undefined),
    value,
  )
}

function hasKey(value: unknown, key: string | number): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

/** A key that stands there already is no good guess, except as one of those that are known. */
function keySuggestion(key: string, known: readonly string[], parent: unknown): string {
  const free = known.filter((name) => !hasKey(parent, name))
  return nearest(key, free) === undefined ? `; known here: ${known.join(', ')}` : suggestion(key, free)
}

function isMissing(value: unknown, path: ConfigPath): boolean {
  const last = path.at(-1)
  return last !== undefined && !hasKey(valueAt(value, path.slice(0, -1)), last)
}

const typeNames: Record<string, string> = {
  object: 'a map of keys',
  record: 'a map of names',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected
    case 'invalid_value':
      return choice(issue.values)
    case 'invalid_union':
      return 'options' in issue ? choice(issue.options as readonly unknown[]) : 'one of the allowed forms'
    case 'too_small':
      return `${amount(issue.origin, issue.inclusive ? 'at least' : 'more than')} ${issue.minimum}${unit(issue.origin, issue.minimum)}`
    case 'too_big':
      return `${amount(issue.origin, issue.inclusive ? 'at most' : 'less than')} ${issue.maximum}${unit(issue.origin, issue.maximum)}`
    case 'invalid_format':
      return issue.format === 'url' ? 'a URL such as http://127.0.0.1:8080/v1' : `another form (${issue.message})`
    default:
      return issue.message
  }
}

function choice(values: readonly unknown[]): string {
  const shown = values.map((value) => String(value))
  return shown.length === 1 ? String(shown[0]) : `one of ${shown.join(', ')}`
}

function amount(origin: string, words: string): string {
  return origin === 'number' || origin === 'int' ? `a number of ${words}` : words
}

function unit(origin: string, size: number | bigint): string {
  if (origin === 'string') return size === 1 ? ' character' : ' characters'
  return origin === 'array' ? (size === 1 ? ' element' : ' elements') : ''
}

/** What stands in the file, short; never the value where it could be a secret. */
function found(value: unknown, path: ConfigPath): string {
  if (path.some((step) => typeof step === 'string' && /_env$|key|secret|token$|password/i.test(step)))
    return 'a text that is not shown here'
  if (typeof value === 'string') {
    if (looksLikeSecret(value) || carriesCredentials(value) || /^[\w+/=-]{24,}$/.test(value))
      return 'a text that is not shown here'
    return value === '' ? 'an empty text' : JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  }
  if (value === null) return 'nothing (remove the key or give it a value)'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  return typeof value === 'object' ? 'a map' : String(value)
}
