import type { Look } from '../evidence/examination-schema.ts'
import type { DatasetRecord } from './dataset.ts'
import { unifyText } from './match-fact.ts'
import { asSchema, type SchemaField, vocabularyOf } from './schema-fields.ts'

/** What stands for an answer that is no word of the vocabulary: its own words are nobody's business. */
const other = '(other)'
const none = '(none)'

/**
 * Expected and answered label of every expected field that takes one value from a closed vocabulary; undefined where the
 * record expects none. A field that takes a list has no one label.
 */
export function answeredLabels(
  { expected }: DatasetRecord,
  fields: ReadonlyMap<string, SchemaField>,
  readField: (field: string) => unknown,
): Look['labels'] {
  const labels = Object.entries(expected).flatMap(([field, alternatives]) => {
    const schema = fields.get(field)?.schema
    const vocabulary = schema && !asSchema(schema.items) && vocabularyOf(schema)
    const [first] = alternatives
    if (!vocabulary || first === undefined) return []
    const answered = labelOf(readField(field), vocabulary)
    return [{ field, expected: alternatives.includes(answered) ? answered : first, answered }]
  })
  return labels.length > 0 ? labels : undefined
}

function labelOf(value: unknown, vocabulary: readonly string[]): string {
  if (value === undefined || value === null) return vocabulary.includes('null') && value === null ? 'null' : none
  if (typeof value === 'object') return other
  const text = unifyText(String(value))
  if (text === '') return none
  return vocabulary.find((word) => unifyText(word) === text) ?? other
}
