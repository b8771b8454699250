import type { Look } from '../evidence/examination-schema.ts'
import type { SchemaField } from './schema-fields.ts'

type Length = { characters: number; words: number }

/** Characters (code points) and words of a text; white space parts words, so a script without spaces has one. */
function lengthOf(text: string): Length {
  return { characters: Array.from(text).length, words: text.match(/\S+/gu)?.length ?? 0 }
}

/** Of an answer that is no JSON: of the raw text. */
export function rawLengths(rawAnswer: string): NonNullable<Look['lengths']> {
  return { ...lengthOf(rawAnswer.trim()), fields: [] }
}

/**
 * Of a JSON answer: characters as it came, words of all its values, and both of every field of the schema that holds text
 * (of a list of texts all of them together). `readField` gives a field's value.
 */
export function jsonLengths(
  rawAnswer: string,
  texts: readonly string[],
  fields: Iterable<SchemaField>,
  readField: (field: string) => unknown,
): NonNullable<Look['lengths']> {
  return {
    characters: lengthOf(rawAnswer.trim()).characters,
    words: sum(texts.map(lengthOf)).words,
    fields: Array.from(fields, ({ path }) => ({ path, held: textsOf(readField(path)) })).flatMap(({ path, held }) =>
      held === undefined ? [] : [{ field: path, ...sum(held.map((text) => lengthOf(text.trim()))) }],
    ),
  }
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value) || value.length === 0) return undefined
  return value.every((each) => typeof each === 'string') ? (value as string[]) : undefined
}

function sum(lengths: readonly Length[]): Length {
  return lengths.reduce<Length>(
    (total, each) => ({ characters: total.characters + each.characters, words: total.words + each.words }),
    { characters: 0, words: 0 },
  )
}
