import type { JsonSchema } from './dataset.ts'
import { asSchema } from './schema-fields.ts'

const mapsOfSchemas = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']
const listsOfSchemas = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const singleSchemas = [
  'items',
  'additionalProperties',
  'unevaluatedProperties',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
]

/**
 * The first place where a schema belongs and something else stands, as a JSON pointer. ajv passes over it without a
 * word, and the field would go unchecked; compiling the draft's own schema to find it would double the time to start.
 */
export function findMisplacedSchema(schema: JsonSchema, pointer = '#'): string | undefined {
  for (const [keyword, value] of Object.entries(schema)) {
    for (const [step, inner] of subschemas(keyword, value)) {
      const place = `${pointer}/${step}`
      const object = asSchema(inner)
      if (object === undefined && typeof inner !== 'boolean') return place
      const deeper = object && findMisplacedSchema(object, place)
      if (deeper !== undefined) return deeper
    }
  }
  return undefined
}

function subschemas(keyword: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (singleSchemas.includes(keyword)) return Array.isArray(value) ? subschemas('allOf', value) : [[keyword, value]]
  const many = mapsOfSchemas.includes(keyword) || listsOfSchemas.includes(keyword)
  if (!many) return []
  if (typeof value !== 'object' || value === null) return [[keyword, value]]
  return Object.entries(value).map(([key, inner]) => [`${keyword}/${key}`, inner])
}
