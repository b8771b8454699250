import type { Examination } from '../evidence/schema.ts'
import { blankFields } from './blank-fields.ts'
import type { Dataset, DatasetRecord } from './dataset.ts'
import { findGrounds, findUrls } from './find-urls.ts'
import { findJsonProblem } from './json-problem.ts'
import { equalsFact, holdsFact } from './match-fact.ts'
import { schemaErrors } from './schema-errors.ts'
import { type SchemaField, schemaFields, vocabularyOf } from './schema-fields.ts'

/**
 * The facts found by looking at a raw answer; nothing is repaired first. Never throws. Where the answer is no JSON (or
 * has a key twice) there are no fields to look at: no schema errors and no missing fields are listed, no fact is found,
 * and URLs are counted in the raw text.
 */
export function examine(rawAnswer: string, record: DatasetRecord, dataset: Pick<Dataset, 'schema'>): Examination {
  const expected = Object.entries(record.expected)
  const json = rawAnswer.trim() === '' ? 'empty' : findJsonProblem(rawAnswer) === undefined ? 'valid' : 'not-json'
  if (json !== 'valid') {
    return {
      json,
      schema_errors: [],
      missing_fields: [],
      outside_vocabulary: [],
      ...countUrls([rawAnswer.replaceAll('\\/', '/')], record.input),
      facts: expected.map(([field]) => ({ field, found: false })),
    }
  }
  const value: unknown = JSON.parse(rawAnswer)
  const fields = fieldsOf(dataset)
  const { errors, missing, outside } = schemaErrors(value, dataset.schema)
  return {
    json,
    schema_errors: [...errors],
    missing_fields: [...new Set([...missing, ...blankFields(value, dataset.schema)])],
    outside_vocabulary: [...outside],
    ...countUrls(textsIn(value), record.input),
    facts: expected.map(([field, alternatives]) => {
      const schema = fields.get(field)?.schema
      const found = fieldValue(value, field)
      const closed = schema !== undefined && vocabularyOf(schema) !== undefined
      return { field, found: closed ? equalsFact(found, alternatives) : holdsFact(found, alternatives) }
    }),
  }
}

const fieldsBySchema = new WeakMap<object, ReadonlyMap<string, SchemaField>>()

function fieldsOf({ schema }: Pick<Dataset, 'schema'>): ReadonlyMap<string, SchemaField> {
  const known = fieldsBySchema.get(schema)
  if (known !== undefined) return known
  const fields = new Map(schemaFields(schema).map((field) => [field.path, field]))
  fieldsBySchema.set(schema, fields)
  return fields
}

/** The value of a field: a key of its own, or keys joined by dots. */
function fieldValue(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Object.hasOwn(value, field)) return (value as Record<string, unknown>)[field]
  for (let dot = field.indexOf('.'); dot >= 0; dot = field.indexOf('.', dot + 1)) {
    const head = field.slice(0, dot)
    if (Object.hasOwn(value, head)) return fieldValue((value as Record<string, unknown>)[head], field.slice(dot + 1))
  }
  return undefined
}

function countUrls(texts: Iterable<string>, input: string): Pick<Examination, 'urls' | 'ungrounded_urls'> {
  const urls = Array.from(texts).flatMap(findUrls)
  if (urls.length === 0) return { urls: 0, ungrounded_urls: 0 }
  const grounds = findGrounds(input)
  return { urls: urls.length, ungrounded_urls: urls.filter((url) => !grounds.has(url)).length }
}

/** Every text of a JSON value, keys too. Without recursion: an answer may be nested as deep as it likes. */
function textsIn(value: unknown): readonly string[] {
  const texts: string[] = []
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next === 'string') texts.push(next)
    else if (Array.isArray(next)) for (const element of next) waiting.push(element)
    else if (typeof next === 'object' && next !== null)
      for (const [key, inner] of Object.entries(next)) waiting.push(key, inner)
  }
  return texts
}
