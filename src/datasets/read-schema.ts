import { compileSchema } from './compile-schema.ts'
import type { JsonSchema } from './dataset.ts'
import type { DatasetProblem } from './dataset-error.ts'
import { findMisplacedSchema } from './misplaced-schema.ts'
import { readJson } from './read-json.ts'
import { asSchema, schemaFields } from './schema-fields.ts'

/** Reads schema.json: a JSON Schema of an object with properties, compiled on the way. */
export function readSchema(text: string, file: string): { schema?: JsonSchema; problems: readonly DatasetProblem[] } {
  const read = readJson(text, file)
  if ('problem' in read) return { problems: [read.problem] }
  const schema = asSchema(read.value)
  const say = (text: string) => ({ problems: [{ file, text }] })
  if (schema === undefined || schema.type !== 'object' || asSchema(schema.properties) === undefined) {
    return say('an answer is an object: write {"type": "object", "properties": {…}, "required": […]}')
  }
  if ('$async' in schema) return say('$async is not supported; remove it')
  const draft = schema.$schema ?? '2020-12'
  if (typeof draft !== 'string' || !/2020-12|draft-07/.test(draft)) {
    return say('$schema names a draft that is not supported; use https://json-schema.org/draft/2020-12/schema')
  }
  const misplaced = findMisplacedSchema(schema)
  if (misplaced !== undefined)
    return say(`not a valid JSON Schema: ${misplaced} must be a schema (an object, true or false)`)
  try {
    compileSchema(schema)
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300)
    return say(`not a valid JSON Schema: ${reason}; correct that keyword`)
  }
  const names = Object.keys(asSchema(schema.properties) ?? {})
  const stray = (Array.isArray(schema.required) ? schema.required : []).filter((name) => !names.includes(name))
  if (stray.length > 0)
    return say(`required names a field without properties: ${stray.join(', ')}; add it or correct its name`)
  return schemaFields(schema).length === 0
    ? say('no properties; describe at least one field')
    : { schema, problems: [] }
}
