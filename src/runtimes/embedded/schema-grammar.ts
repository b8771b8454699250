import type { Llama, LlamaGrammar } from 'node-llama-cpp'
import { EngineRefusal } from './engine-refusal.ts'

type JsonSchema = Readonly<Record<string, unknown>>

const annotations = new Set(['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated'])
const enforced = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'minProperties',
  'maxProperties',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'enum',
  'const',
  'oneOf',
  'anyOf',
  '$ref',
  '$defs',
  'minLength',
  'maxLength',
  'format',
])
const formats = new Set(['date-time', 'time', 'date'])
/** llama.cpp refuses grammars that count higher; above 2000 node-llama-cpp leaves an upper limit out in silence. */
const highestCount = 999
const counts = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']
const scalarTypes = new Set(['string', 'number', 'integer', 'boolean', 'null'])

/**
 * A grammar for a JSON Schema. node-llama-cpp ignores the keywords that it does not know; here they are refused
 * (EngineRefusal 400, naming keyword and place), so that an answer is never taken for constrained when it was not.
 */
export async function grammarForSchema(llama: Llama, schema: JsonSchema): Promise<LlamaGrammar> {
  const problem = findUnsupported(schema, '#', schema)
  if (problem) throw unsupported(problem)
  try {
    return await llama.createGrammarForJsonSchema(toGrammarSchema(schema) as never)
  } catch (cause) {
    throw unsupported(cause instanceof Error ? cause.message : String(cause))
  }
}

function unsupported(problem: string): EngineRefusal {
  return new EngineRefusal(
    400,
    'unsupported_schema',
    `the schema cannot be made a grammar by the embedded engine: ${problem}. ` +
      'Take it out of schema.json, or set structured_output: none in the lane and let the contract check it afterwards',
  )
}

/** The first thing in a schema that a grammar would not enforce, or undefined. */
export function findUnsupported(schema: unknown, place: string, root: JsonSchema): string | undefined {
  if (schema === true) return undefined
  if (!isObject(schema)) return `${place} is not a schema`
  for (const keyword of Object.keys(schema)) {
    if (!annotations.has(keyword) && !enforced.has(keyword))
      return `"${keyword}" at ${place} is not enforced by grammars`
  }
  return findWrongValue(schema, place, root) ?? findInChildren(schema, place, root)
}

function findWrongValue(schema: JsonSchema, place: string, root: JsonSchema): string | undefined {
  const { $ref, format, type } = schema
  if ($ref !== undefined && !resolves($ref, root))
    return `"$ref": ${JSON.stringify($ref)} at ${place} must name one of #/$defs/`
  if (format !== undefined && !formats.has(String(format)))
    return `"format": ${JSON.stringify(format)} at ${place} is not enforced by grammars`
  const tooHigh = counts.find((keyword) => Number(schema[keyword]) > highestCount)
  if (tooHigh) return `"${tooHigh}" at ${place} is over ${highestCount}, the most that grammars count to`
  if (Array.isArray(type)) {
    const other = type.find((one) => !scalarTypes.has(String(one)))
    if (other !== undefined) return `"type" with ${JSON.stringify(other)} among several at ${place}: write anyOf`
    const limits = ['minLength', 'maxLength', 'format'].find((keyword) => keyword in schema)
    if (limits) return `"${limits}" together with several types at ${place}: write anyOf`
  }
  const alternatives = schema.oneOf ?? schema.anyOf
  if (alternatives !== undefined) {
    const beside = Object.keys(schema).find((key) => enforced.has(key) && !['oneOf', 'anyOf', '$defs'].includes(key))
    if (beside || (schema.oneOf && schema.anyOf)) return `"${beside ?? 'oneOf'}" beside alternatives at ${place}`
  } else if (!('type' in schema || 'enum' in schema || 'const' in schema || '$ref' in schema)) {
    return `${place} has no "type"`
  }
  if ('$ref' in schema && Object.keys(schema).some((key) => key !== '$ref' && key !== '$defs' && enforced.has(key))) {
    return `keywords beside "$ref" at ${place}`
  }
  if (type === 'object' && Object.keys((schema.properties as object | undefined) ?? {}).length === 0) {
    if (schema.additionalProperties === undefined) return `an object without "properties" at ${place}`
  }
  return undefined
}

function findInChildren(schema: JsonSchema, place: string, root: JsonSchema): string | undefined {
  for (const key of ['items', 'additionalProperties']) {
    const child = schema[key]
    if (child === undefined || child === false) continue
    const problem = findUnsupported(child, `${place}/${key}`, root)
    if (problem) return problem
  }
  for (const key of ['properties', '$defs', 'oneOf', 'anyOf', 'prefixItems']) {
    for (const [name, child] of Object.entries((schema[key] as object | undefined) ?? {})) {
      const problem = findUnsupported(child, `${place}/${key}/${name}`, root)
      if (problem) return problem
    }
  }
  return undefined
}

function resolves(reference: unknown, root: JsonSchema): boolean {
  const name = typeof reference === 'string' ? /^#\/\$defs\/([^/]+)$/.exec(reference)?.[1] : undefined
  return name !== undefined && isObject(root.$defs) && name in root.$defs
}

/** anyOf becomes oneOf: in a grammar both are alternatives. */
function toGrammarSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toGrammarSchema)
  if (!isObject(schema)) return schema
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === 'enum' || key === 'const') return [key, value] as const
    if (key === 'properties' || key === '$defs') {
      const children = Object.entries(value as object).map(([name, child]) => [name, toGrammarSchema(child)] as const)
      return [key, Object.fromEntries(children)] as const
    }
    return [key === 'anyOf' ? 'oneOf' : key, toGrammarSchema(value)] as const
  })
  return Object.fromEntries(entries)
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
