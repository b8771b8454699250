import type { BaselineField, Dataset, DatasetRecord, JsonSchema } from './dataset.ts'
import { findJsonProblem } from './json-problem.ts'
import { asSchema, resolveSchema, vocabularyOf } from './schema-fields.ts'

/**
 * The answer that no model is needed for: the text of a JSON object, fields in the schema's order. A regular
 * expression gives its first group (or the whole match), trimmed and cut to the schema's maxLength.
 */
export function baselineAnswer(
  { baseline, schema }: Pick<Dataset, 'baseline' | 'schema'>,
  record: DatasetRecord,
): string {
  const properties = asSchema(schema.properties) ?? {}
  const names = Object.keys(properties).filter((name) => Object.hasOwn(baseline, name))
  return JSON.stringify(
    Object.fromEntries(
      names.map((name) => {
        const fieldSchema = resolveSchema(asSchema(properties[name]) ?? {}, schema)
        return [name, asType(fill(baseline[name] as BaselineField, fieldSchema, record.input), fieldSchema)]
      }),
    ),
  )
}

function fill(field: BaselineField, schema: JsonSchema, input: string): string {
  if ('constant' in field) return field.constant
  const match = new RegExp(field.regex, field.flags).exec(input)
  const text = shorten((match?.[1] ?? match?.[0] ?? '').trim(), schema.maxLength)
  const vocabulary = vocabularyOf(schema)
  if (vocabulary === undefined) return text === '' ? field.otherwise : text
  return vocabulary.find((word) => word.toLowerCase() === text.toLowerCase()) ?? field.otherwise
}

/** JSON Schema counts code points. */
function shorten(text: string, maximum: unknown): string {
  return typeof maximum === 'number' ? Array.from(text).slice(0, maximum).join('').trimEnd() : text
}

/** Numbers, booleans, lists of one text, and objects (from JSON text) where the schema asks for them. */
function asType(text: string, schema: JsonSchema): unknown {
  if (schema.type === 'array') return [text]
  if (schema.type === 'object') return findJsonProblem(text) === undefined ? (JSON.parse(text) as unknown) : text
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (schema.type !== 'number' && schema.type !== 'integer') return text
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value) ? value : text
}
