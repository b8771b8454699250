import { createRequire } from 'node:module'
import type { Ajv, Options, ValidateFunction } from 'ajv'
import type { JsonSchema } from './dataset.ts'

/** Checks values against a schema with all errors. */
export type Validator = ValidateFunction

// ajv and its formats cost tens of milliseconds: they are loaded when the first schema is compiled, not on import.
const require = createRequire(import.meta.url)
const compiled = { checking: new WeakMap<JsonSchema, Validator>(), coercing: new WeakMap<JsonSchema, Validator>() }
const instances = new Map<string, Ajv>()

/**
 * Compiles a JSON Schema (2020-12, or draft-07 where `$schema` says so), once for each schema object.
 * Throws ajv's error where the schema itself is invalid.
 */
export function compileSchema(schema: JsonSchema): Validator {
  return compile(schema, 'checking')
}

/** The value with its scalars made what the schema asks for where ajv can ("12" → 12); changed in place. */
export function coerceToSchema(value: unknown, schema: JsonSchema): unknown {
  try {
    compile(schema, 'coercing')(value)
  } catch (error) {
    // A schema that refers to itself, and an answer nested beyond the stack: it stays as it is.
    if (!(error instanceof RangeError)) throw error
  }
  return value
}

function compile(schema: JsonSchema, way: keyof typeof compiled): Validator {
  const known = compiled[way].get(schema)
  if (known !== undefined) return known
  const draft7 = typeof schema.$schema === 'string' && schema.$schema.includes('draft-07')
  const ajv = instanceOf(draft7 ? 'ajv' : 'ajv/dist/2020.js', way)
  try {
    const validator = ajv.compile(schema)
    compiled[way].set(schema, validator)
    return validator
  } finally {
    // Forgotten at once: two datasets may use the same $id. The compiled function needs the instance no more.
    ajv.removeSchema(schema)
  }
}

/**
 * One instance a draft and way. The draft's own schema is not compiled, which would double the time to start: compiling a schema
 * finds nearly all mistakes in it, and findMisplacedSchema the others that matter.
 */
function instanceOf(module: string, way: keyof typeof compiled): Ajv {
  const known = instances.get(`${way} ${module}`)
  if (known !== undefined) return known
  const { default: Constructor } = require(module) as { default: new (options: Options) => Ajv }
  const { default: addFormats } = require('ajv-formats') as { default: (ajv: Ajv) => void }
  // Strict about unknown keywords and formats (typing mistakes), not about styles that are valid JSON Schema.
  const ajv = new Constructor({
    allErrors: true,
    coerceTypes: way === 'coercing',
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    logger: false,
    meta: false,
    validateSchema: false,
  })
  addFormats(ajv)
  instances.set(`${way} ${module}`, ajv)
  return ajv
}
