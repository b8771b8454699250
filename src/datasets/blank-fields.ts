import type { JsonSchema } from './dataset.ts'
import { asSchema, resolveSchema } from './schema-fields.ts'

const deepest = 12

/**
 * Required fields that are there but blank: null, or text of white space only. Objects in objects and in lists are
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
      if (required.includes(key) && isBlank(field)) blank.push([...path, key].join('.'))
      else look(field, asSchema(property) ?? {}, [...path, key])
    }
  }
  look(value, schema, [])
  return blank
}

function isBlank(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '')
}
