import { createRequire } from 'node:module'
import type { Ajv, Options, ValidateFunction } from 'ajv'
import type { JsonSchema } from './dataset.ts'

/** Checks values against a schema with all errors. */
export type Validator = ValidateFunction

// ajv and its formats cost tens of milliseconds: they are loaded when the first schema is compiled, not on import.
const require = createRequire(import.meta.url)
const compiled = new WeakMap<JsonSchema, Validator>()
const instances = new Map<string, Ajv>()

/**
 * Compiles a JSON Schema (2020-12, or draft-07 where `$schema` says so), once for each schema object.
 * Throws ajv's error where the schema itself is invalid.
 */
export function compileSchema(schema: JsonSchema): Validator {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const draft7 = typeof schema.$schema === 'string' && schema.$schema.includes('draft-07')
  const ajv = instanceOf(draft7 ? 'ajv' : 'ajv/dist/2020.js')
  try {
    const validator = ajv.compile(schema)
    compiled.set(schema, validator)
    return validator
  } finally {
    // Forgotten at once: two datasets may use the same $id. The compiled function needs the instance no more.
    ajv.removeSchema(schema)
  }
}

/**
 * One instance a draft. The draft's own schema is not compiled, which would double the time to start: compiling a schema
 * finds nearly all mistakes in it, and findMisplacedSchema the others that matter.
 */
function instanceOf(module: string): Ajv {
  const known = instances.get(module)
  if (known !== undefined) return known
  const { default: Constructor } = require(module) as { default: new (options: Options) => Ajv }
  const { default: addFormats } = require('ajv-formats') as { default: (ajv: Ajv) => void }
  // Strict about unknown keywords and formats (typing mistakes), not about styles that are valid JSON Schema.
  const ajv = new Constructor({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    logger: false,
    meta: false,
    validateSchema: false,
  })
  addFormats(ajv)
  instances.set(module, ajv)
  return ajv
}
