/** Where and why a text is not one JSON value without duplicate keys. */
export interface JsonProblem {
  /** 0-based, UTF-16 units. */
  readonly offset: number
  readonly reason: string
}

type State = 'value' | 'value or ]' | 'key or }' | 'key' | ':' | ', or }' | ', or ]' | 'end'

const literal = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y

/**
 * The first place where a text departs from JSON (RFC 8259), or undefined where it is fine. Stricter than JSON.parse in
 * one point: a key that stands twice in one object is a problem, because readers differ in which one they keep.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  /** Keys of each open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = []
  let state: State = 'value'
  let offset = 0
  const afterValue = (): State => (open.length === 0 ? 'end' : open.at(-1) === undefined ? ', or ]' : ', or }')
  for (;;) {
    while (isSpace(text.charCodeAt(offset))) offset += 1
    if (offset >= text.length)
      return state === 'end' ? undefined : { offset, reason: `the text ends where ${wanted(state)} is expected` }
    const character = text[offset] as string
    const unexpected = { offset, reason: `expected ${wanted(state)}` }
    if (state === 'end') return { offset, reason: 'more text after the end of the value' }
    if (state === 'key' || state === 'key or }') {
      if (character === '}' && state === 'key or }') {
        open.pop()
        state = afterValue()
        offset += 1
        continue
      }
      const end = character === '"' ? endOfString(text, offset) : undefined
      if (end === undefined) return unexpected
      if (end.problem !== undefined) return end.problem
      const key = JSON.parse(text.slice(offset, end.offset)) as string
      const keys = open.at(-1)
      if (keys?.has(key))
        return { offset, reason: `the key ${JSON.stringify(key.slice(0, 40))} stands twice in one object` }
      keys?.add(key)
      offset = end.offset
      state = ':'
    } else if (state === ':') {
      if (character !== ':') return unexpected
      offset += 1
      state = 'value'
    } else if (state === ', or }' || state === ', or ]') {
      if (character === ',') state = state === ', or }' ? 'key' : 'value'
      else if (character === state.at(-1)) {
        open.pop()
        state = afterValue()
      } else return unexpected
      offset += 1
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined)
      state = character === '{' ? 'key or }' : 'value or ]'
      offset += 1
    } else if (character === ']' && state === 'value or ]') {
      open.pop()
      state = afterValue()
      offset += 1
    } else if (character === '"') {
      const end = endOfString(text, offset)
      if (end.problem !== undefined) return end.problem
      offset = end.offset
      state = afterValue()
    } else {
      literal.lastIndex = offset
      const found = literal.exec(text)
      if (found === null) return unexpected
      offset += found[0].length
      state = afterValue()
    }
  }
}

function endOfString(text: string, start: number): { offset: number; problem?: JsonProblem } {
  for (let offset = start + 1; offset < text.length; offset += 1) {
    const code = text.charCodeAt(offset)
    if (code === 0x22) return { offset: offset + 1 }
    if (code < 0x20)
      return { offset, problem: { offset, reason: 'a line break or control character inside a string; write \\n' } }
    if (code === 0x5c) {
      offset += 1
      if (text[offset] === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(offset + 1, offset + 5))) offset += 4
      else if (offset < text.length && !'"\\/bfnrt'.includes(text[offset] as string)) {
        return {
          offset,
          problem: { offset: offset - 1, reason: 'an escape that JSON does not have; write \\\\ for a backslash' },
        }
      }
    }
  }
  return { offset: text.length, problem: { offset: start, reason: 'a string that is not closed' } }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function wanted(state: State): string {
  return (
    {
      value: 'a value',
      'value or ]': 'a value or ]',
      key: 'a key in double quotes',
      'key or }': 'a key in double quotes or }',
    }[state as string] ?? state
  )
}
