import type { Examination, Look } from '../evidence/examination-schema.ts'
import { jsonLengths, rawLengths } from './answer-lengths.ts'
import { answeredLabels } from './answered-labels.ts'
import { blankFields } from './blank-fields.ts'
import type { Dataset, DatasetRecord } from './dataset.ts'
import { fencedBlock } from './fenced-block.ts'
import { findLeaks } from './find-leaks.ts'
import { findGrounds, findUrls } from './find-urls.ts'
import { findJsonProblem } from './json-problem.ts'
import { equalsFact, holdsFact } from './match-fact.ts'
import { repairAnswer } from './repair.ts'
import { schemaErrors } from './schema-errors.ts'
import { type SchemaField, schemaFields, vocabularyOf } from './schema-fields.ts'

/**
 * The facts found by looking at a raw answer; nothing is repaired first. Of one that breaks the schema it also says what
 * would be found after two deterministic steps, each apart: taking it out of its code fence, and repairing it. Never throws.
 */
export function examine(rawAnswer: string, record: DatasetRecord, dataset: Pick<Dataset, 'schema'>): Examination {
  const raw = look(rawAnswer, record, dataset)
  const leaks = findLeaks(rawAnswer, raw.json === 'valid' ? textsIn(JSON.parse(rawAnswer)) : undefined, record)
  return {
    ...raw,
    ...(!keepsSchema(raw) && { steps: takeSteps(rawAnswer, raw, record, dataset) }),
    ...(leaks && { leaks }),
  }
}

function takeSteps(
  rawAnswer: string,
  raw: Look,
  record: DatasetRecord,
  dataset: Pick<Dataset, 'schema'>,
): NonNullable<Examination['steps']> {
  if (raw.json === 'empty') return {}
  const block = raw.json === 'valid' ? undefined : fencedBlock(rawAnswer)
  const extracted = block === undefined ? undefined : look(block, record, dataset)
  if (extracted && keepsSchema(extracted)) return { extracted }
  const repaired = repairAnswer(block ?? rawAnswer, dataset.schema)
  return {
    ...(extracted?.json === 'valid' && { extracted }),
    ...(repaired !== undefined && { repaired: look(repaired, record, dataset) }),
  }
}

function keepsSchema({ json, schema_errors, missing_fields }: Look): boolean {
  return json === 'valid' && schema_errors.length === 0 && missing_fields.length === 0
}

/**
 * One look at one text. Where it is no JSON (or has a key twice) there are no fields to look at: no schema errors and no
 * missing fields are listed, no fact is found, and URLs are counted in the raw text.
 */
function look(rawAnswer: string, record: DatasetRecord, dataset: Pick<Dataset, 'schema'>): Look {
  const expected = Object.entries(record.expected)
  const fields = fieldsOf(dataset)
  const json = rawAnswer.trim() === '' ? 'empty' : findJsonProblem(rawAnswer) === undefined ? 'valid' : 'not-json'
  if (json !== 'valid') {
    const labels = answeredLabels(record, fields, () => undefined)
    return {
      json,
      schema_errors: [],
      missing_fields: [],
      outside_vocabulary: [],
      ...countUrls([rawAnswer.replaceAll('\\/', '/')], record.input),
      facts: expected.map(([field]) => ({ field, found: false })),
      ...(labels && { labels }),
      lengths: rawLengths(rawAnswer),
    }
  }
  const value: unknown = JSON.parse(rawAnswer)
  const readField = (field: string): unknown => fieldValue(value, field)
  const { errors, missing, outside } = schemaErrors(value, dataset.schema)
  const labels = answeredLabels(record, fields, readField)
  return {
    json,
    schema_errors: [...errors],
    missing_fields: [...new Set([...missing, ...blankFields(value, dataset.schema)])],
    outside_vocabulary: [...outside],
    ...countUrls(textsIn(value), record.input),
    facts: expected.map(([field, alternatives]) => {
      const schema = fields.get(field)?.schema
      const closed = schema !== undefined && vocabularyOf(schema) !== undefined
      const found = readField(field)
      return { field, found: closed ? equalsFact(found, alternatives) : holdsFact(found, alternatives) }
    }),
    ...(labels && { labels }),
    lengths: jsonLengths(rawAnswer, valuesIn(value), fields.values(), readField),
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

/** Every text of a JSON value, keys too. */
function textsIn(value: unknown): readonly string[] {
  return walk(value, true)
}

/** Every text that is a value. */
function valuesIn(value: unknown): readonly string[] {
  return walk(value, false)
}

/** Without recursion: an answer may be nested as deep as it likes. */
function walk(value: unknown, withKeys: boolean): readonly string[] {
  const texts: string[] = []
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next === 'string') texts.push(next)
    else if (Array.isArray(next)) for (const element of next) waiting.push(element)
    else if (typeof next === 'object' && next !== null)
      for (const [key, inner] of Object.entries(next)) waiting.push(...(withKeys ? [key, inner] : [inner]))
  }
  return texts
}
