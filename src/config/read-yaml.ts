import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLError } from 'yaml'
import type { ConfigProblem } from './config-error.ts'
import type { ConfigPath } from './config-path.ts'
import { looksLikeSecret } from './secrets.ts'

/** A place in the file, both 1-based. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A YAML text as plain JSON values that know where they stand. */
export interface YamlText {
  readonly value: unknown
  /** Position of a value; of the nearest parent where the path does not exist. */
  positionOf(path: ConfigPath): Position
  /** Position of the key under which the path's last step stands. */
  positionOfKey(path: ConfigPath): Position
}

const maximumAliases = 50
/** One mistake makes many followers. */
const shownErrors = 10
const tooDeep: ConfigProblem = { path: '', code: 'yaml', text: 'nested too deeply; a config needs about six levels' }
const coreTags = new Set([
  '!',
  ...['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`),
])

/**
 * Reads YAML 1.2 with the core schema and nothing beyond: one document, tags of the core only, text keys, no merge keys,
 * no duplicate keys, few aliases. Returns the problems where the text is not that.
 */
export function readYaml(text: string): { yaml: YamlText } | { problems: readonly ConfigProblem[] } {
  const lines = new LineCounter()
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problem = (offset: number, text: string): ConfigProblem => ({
    ...positionAt(offset),
    path: '',
    code: 'yaml',
    text,
  })
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    })
    if (document.errors.some(({ message }) => message.includes('call stack'))) return { problems: [tooDeep] }
    const problems = document.errors.slice(0, shownErrors).map((error) => problem(error.pos[0], explain(error, text)))
    if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2') {
      problems.push(problem(0, 'a %YAML directive of another version; remove it, the config is YAML 1.2'))
    }
    visit(document, {
      Node(_, node) {
        if (node.tag && !coreTags.has(node.tag)) {
          problems.push(
            problem(
              start(node),
              `the tag ${shortTag(node.tag)} is not allowed; write plain text, numbers, lists and maps`,
            ),
          )
        }
      },
      Alias(_, node) {
        if (node.resolve(document) === undefined) {
          problems.push(
            problem(
              start(node),
              'an alias (*name) without an anchor (&name) before it; quote the text if it begins with a star',
            ),
          )
        }
      },
      Pair(_, { key }) {
        if (!isScalar(key) || typeof key.value !== 'string') {
          problems.push(problem(start(key), 'a key that is not text; write it in quotes'))
        } else if (key.value === '<<') {
          problems.push(problem(start(key), 'merge keys (<<) are not allowed; write the keys out'))
        } else if (key.value === '__proto__') {
          problems.push(problem(start(key), 'the key __proto__ is not allowed; choose another name'))
        }
      },
    })
    if (problems.length > 0) return { problems: firstAtEachPlace(problems) }
    const value: unknown = document.toJS({ maxAliasCount: maximumAliases })
    const root = document.contents
    const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)
    return {
      yaml: {
        value,
        positionOf: (path) => positionAt(start(walk(root, path, resolve).value)),
        positionOfKey: (path) => {
          const found = walk(root, path, resolve)
          return positionAt(start(found.key ?? found.value))
        },
      },
    }
  } catch (error) {
    if (error instanceof ReferenceError) {
      return {
        problems: [problem(0, `aliases (*name) that multiply beyond ${maximumAliases} copies; write the values out`)],
      }
    }
    if (error instanceof RangeError) return { problems: [tooDeep] }
    throw error
  }
}

function walk(root: unknown, path: ConfigPath, resolve: (node: unknown) => unknown): { key?: unknown; value: unknown } {
  let found: { key?: unknown; value: unknown } = { value: root }
  for (const step of path) {
    const node = resolve(found.value)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (pair === undefined) return found
      found = { key: pair.key, value: pair.value ?? pair.key }
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      found = { value: node.items[step] }
    } else {
      return found
    }
  }
  return found
}

function firstAtEachPlace(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const places = problems.map(({ line, column }) => `${line}:${column}`)
  return problems.filter((_, index) => places.indexOf(places[index] ?? '') === index)
}

function start(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0
}

function shortTag(tag: string): string {
  return tag.replace('tag:yaml.org,2002:', '!!').slice(0, 60)
}

function explain(error: YAMLError, text: string): string {
  const remedy = remedies[error.code]
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[\w.-]{1,80}/.exec(text.slice(error.pos[0], error.pos[0] + 80))?.[0]
    return `the key ${key === undefined || looksLikeSecret(key) ? '' : `"${key}" `}stands twice in one map; keep one`
  }
  return remedy ?? `not readable as YAML: ${error.message.split('\n')[0]?.slice(0, 160)}`
}

const remedies: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'a second document begins here; keep one document and remove the --- line',
  TAB_AS_INDENT: 'a tab as indentation; indent with spaces',
  BLOCK_AS_IMPLICIT_KEY:
    'a second "key: value" on one line; put it on its own line, or quote the text if it holds ": "',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed; align keys of one map and close [ and {',
}
