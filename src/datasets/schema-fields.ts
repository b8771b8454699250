import type { JsonSchema } from './dataset.ts'

/** A field of an answer: its path, its schema, and whether the object in which it stands requires it. */
export interface SchemaField {
  /** Key, or keys joined by dots for a field of a nested object. */
  readonly path: string
  readonly schema: JsonSchema
  readonly required: boolean
}

const deepest = 12

/** The fields of a schema's object and of the objects in it; lists are looked into no further. Local $refs are followed. */
export function schemaFields(schema: JsonSchema): readonly SchemaField[] {
  const fields: SchemaField[] = []
  const collect = (node: JsonSchema, above: string, depth: number): void => {
    const object = resolveSchema(node, schema)
    const names = Array.isArray(object.required) ? object.required : []
    for (const [key, value] of Object.entries(asSchema(object.properties) ?? {})) {
      const inner = asSchema(value)
      if (inner === undefined) continue
      const field = { path: above + key, schema: resolveSchema(inner, schema), required: names.includes(key) }
      fields.push(field)
      if (depth < deepest) collect(field.schema, `${field.path}.`, depth + 1)
    }
  }
  collect(schema, '', 1)
  return fields
}

/** The closed vocabulary of a field, or of the elements of its list, as texts; undefined where it is open. */
export function vocabularyOf(schema: JsonSchema): readonly string[] | undefined {
  if ('const' in schema) return [textOf(schema.const)]
  if (Array.isArray(schema.enum)) return schema.enum.map(textOf)
  const elements = asSchema(schema.items)
  return elements && vocabularyOf(elements)
}

/** Follows a local `$ref` (`#/$defs/name`), a few times at most; other schemas come back as they are. */
export function resolveSchema(node: JsonSchema, root: JsonSchema): JsonSchema {
  let current = node
  for (let hops = 0; hops < 8 && typeof current.$ref === 'string' && current.$ref.startsWith('#'); hops += 1) {
    const steps = current.$ref.slice(1).split('/').slice(1)
    const target = steps.reduce<unknown>((inner, step) => asSchema(inner)?.[decode(step)], root)
    const found = asSchema(target)
    if (found === undefined) return current
    current = found
  }
  return current
}

/** A value as a schema object, or undefined where it is none. */
export function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function decode(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
