import { isCollection, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml'
import { pointerKeys } from '../config/json-pointer.ts'
import { canonicalJson } from '../evidence/read.ts'

/** What to do with a block: `undefined` takes it out, else these values are written, by pointer from the block. */
export type Writes = readonly (readonly [string, unknown])[] | undefined

/**
 * A governor's text with one value taken out, or with values written from it on. JSON stays as it is to the byte but for
 * these; of YAML comments and order stay. Undefined where no more than that cannot be had: an anchor that other places
 * share, a collection that is an alias. Pure.
 */
export function editedText(
  text: string,
  form: 'json' | 'yaml',
  read: (text: string) => unknown,
  pointer: string,
  writes: Writes,
): string | undefined {
  const before = read(text)
  const places = writes?.map(([from, value]) => [pointerKeys(`${pointer}${from}`), value] as const)
  const wanted = places
    ? places.reduce((sum, [keys, value]) => withValue(sum, keys, value), before)
    : withoutValue(before, pointerKeys(pointer))
  try {
    const edited =
      form === 'yaml'
        ? editedYaml(text, pointerKeys(pointer), places)
        : places
          ? places.reduce((sum, [keys, value]) => jsonWith(sum, keys, value), text)
          : jsonWithout(text, pointerKeys(pointer))
    return canonicalJson(read(edited)) === canonicalJson(wanted) ? edited : undefined
  } catch {
    return undefined
  }
}

type Place = readonly [readonly string[], unknown]

function editedYaml(text: string, keys: readonly string[], places: readonly Place[] | undefined): string {
  // Whole numbers of more digits than a double holds stay as they are.
  const document = parseDocument(text, { intAsBigInt: true })
  if (places) for (const [each, value] of places) document.setIn(keysIn(document.contents, each), value)
  else if (keys.length === 0) document.contents = null
  else document.deleteIn(keysIn(document.contents, keys))
  return document.toString({ lineWidth: 0 }) // long lines stay as they are
}

/** Keys as the document has them: of a list, numbers. */
function keysIn(contents: unknown, keys: readonly string[]): (string | number)[] {
  let node: unknown = contents
  return keys.map((key) => {
    const step = isSeq(node) ? Number(key) : key
    node = isSeq(node) || isMap(node) ? node.get(step, true) : undefined
    return step
  })
}

/** An entry of an object or a list in the text: where it begins (of an object, its key) and ends, and its value's place. */
interface Entry {
  readonly key: string
  readonly start: number
  readonly end: number
  readonly value: Node
}

function entriesOf(node: unknown): Entry[] {
  if (!isCollection(node)) return []
  return node.items.map((item, index) => {
    const value = (isPair(item) ? item.value : item) as Node
    const first = (isPair(item) ? item.key : item) as Node
    const key = isPair(item) ? String(isScalar(item.key) ? item.key.value : item.key) : String(index)
    return { key, start: first.range?.[0] as number, end: value.range?.[1] as number, value }
  })
}

/** JSON is YAML's flow style, and its parser tells where in the text each value stands. */
function jsonWithout(text: string, keys: readonly string[]): string {
  let node: unknown = parseDocument(text).contents
  if (keys.length === 0) return 'null\n'
  for (const key of keys.slice(0, -1)) node = entriesOf(node).find((each) => each.key === key)?.value
  const entries = entriesOf(node)
  const at = entries.findIndex(({ key }) => key === keys.at(-1))
  const [previous, own, next] = [entries[at - 1], entries[at], entries[at + 1]]
  if (!own) return text
  if (next) return text.slice(0, own.start) + text.slice(next.start)
  return text.slice(0, previous ? previous.end : own.start) + text.slice(own.end)
}

function jsonWith(text: string, keys: readonly string[], value: unknown): string {
  let node = parseDocument(text).contents as Node
  for (const [depth, key] of keys.entries()) {
    const entries = entriesOf(node)
    const found = entries.find((each) => each.key === key)
    if (found) {
      node = found.value
      continue
    }
    const rest = keys.slice(depth)
    const [from, to] = node.range as [number, number, number]
    if (!isMap(node) || entries.length === 0)
      return `${text.slice(0, from)}${JSON.stringify(nested(rest, value))}${text.slice(to)}`
    const last = (entries.at(-1) as Entry).end
    const gap = text.slice(from + 1, (entries[0] as Entry).start)
    const entry = `${JSON.stringify(key)}: ${JSON.stringify(nested(rest.slice(1), value))}`
    return `${text.slice(0, last)},${gap === '' ? ' ' : gap}${entry}${text.slice(last)}`
  }
  const [from, to] = node.range as [number, number, number]
  return `${text.slice(0, from)}${JSON.stringify(value)}${text.slice(to)}`
}

const nested = (keys: readonly string[], value: unknown): unknown =>
  keys.reduceRight((inner, key) => ({ [key]: inner }), value)

function withValue(value: unknown, [key, ...rest]: readonly string[], written: unknown): unknown {
  if (key === undefined) return written
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === key ? withValue(each, rest, written) : each))
  const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  return { ...object, [key]: withValue(object[key], rest, written) }
}

function withoutValue(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (rest.length === 0) {
    return Array.isArray(value)
      ? value.filter((_, index) => String(index) !== key)
      : Object.fromEntries(Object.entries(value).filter(([each]) => each !== key))
  }
  return Array.isArray(value)
    ? value.map((each, index) => (String(index) === key ? withoutValue(each, rest) : each))
    : Object.fromEntries(
        Object.entries(value).map(([each, inner]) => [each, each === key ? withoutValue(inner, rest) : inner]),
      )
}
