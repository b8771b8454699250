import type { JsonSchema } from './dataset.ts'
import { asSchema, resolveSchema } from './schema-fields.ts'

const deepest = 12

/**
 * Required fields that are there but blank: null, text of white space only, or a list of such texts. Objects in objects and in lists are
 * looked into; keys and positions are joined by dots (`items.0.name`).
 */
export function blankFields(value: unknown, schema: JsonSchema): readonly string[] {
  const blank: string[] = []
  const look = (inner: unknown, node: JsonSchema, path: readonly string[]): void => {
    if (path.length > deepest) return
    const own = resolveSchema(node, schema)
    if (Array.isArray(inner)) {
      const element = asSchema(own.items)
      if (element !== undefined)
        inner.forEach((each, index) => {
          look(each, element, [...path, String(index)])
        })
      return
    }
    if (typeof inner !== 'object' || inner === null) return
    const required: readonly unknown[] = Array.isArray(own.required) ? own.required : []
    for (const [key, property] of Object.entries(asSchema(own.properties) ?? {})) {
      if (!Object.hasOwn(inner, key)) continue
      const field = (inner as Record<string, unknown>)[key]
      const fieldSchema = resolveSchema(asSchema(property) ?? {}, schema)
      if (required.includes(key) && isBlank(field) && !allows(fieldSchema, field)) blank.push([...path, key].join('.'))
      else look(field, fieldSchema, [...path, key])
    }
  }
  look(value, schema, [])
  return blank
}

/** Text of white space and invisible characters is blank, and so is a list of nothing but such texts. */
function isBlank(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every((each) => !Array.isArray(each) && isBlank(each))
  return value === null || (typeof value === 'string' && value.replace(/[\s\p{Cf}]+/gu, '') === '')
}

/** A schema that names null or an empty text among its values takes it for an answer. */
function allows({ type, enum: values }: JsonSchema, value: unknown): boolean {
  if (Array.isArray(values) && values.includes(value)) return true
  return value === null && (type === 'null' || (Array.isArray(type) && type.includes('null')))
}
