import type { ErrorObject } from 'ajv'
import type { Examination } from '../evidence/schema.ts'
import { compileSchema } from './compile-schema.ts'
import type { JsonSchema } from './dataset.ts'

const maximumErrors = 50
const maximumCharacters = 120

/** What a validator says of an answer, without the answer's own content. */
export interface SchemaErrors {
  /** As ajv found them, the first 50. */
  readonly errors: Examination['schema_errors']
  /** Required fields that are absent, keys joined by dots. */
  readonly missing: readonly string[]
  /** Fields whose value is not in their closed vocabulary, keys joined by dots. */
  readonly outside: readonly string[]
}

/** Validates a value. Keys that the schema does not name are written as `*`: they are the answer's own words. */
export function schemaErrors(value: unknown, schema: JsonSchema): SchemaErrors {
  const found = errorsOf(value, schema).slice(0, maximumErrors)
  if (found.length === 0) return { errors: [], missing: [], outside: [] }
  const names = namesIn(schema)
  const steps = (error: ErrorObject): readonly string[] =>
    error.instancePath
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
      .map((step) => (names.has(step) || /^\d{1,6}$/.test(step) ? step : '*'))
  return {
    errors: found.map((error) => ({
      path: cut(
        steps(error)
          .map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`)
          .join(''),
      ),
      keyword: error.keyword,
      message: cut(error.message ?? ''),
    })),
    missing: unique(found, 'required', (error) => [...steps(error), String(error.params.missingProperty)]),
    outside: [...unique(found, 'enum', steps), ...unique(found, 'const', steps)],
  }
}

function errorsOf(value: unknown, schema: JsonSchema): readonly ErrorObject[] {
  const validate = compileSchema(schema)
  try {
    return validate(value) ? [] : (validate.errors ?? [])
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    // A schema that refers to itself, and an answer nested beyond the stack.
    return [{ instancePath: '', schemaPath: '', keyword: 'nesting', params: {}, message: 'is nested too deeply' }]
  }
}

function unique(
  errors: readonly ErrorObject[],
  keyword: string,
  steps: (error: ErrorObject) => readonly string[],
): readonly string[] {
  return [...new Set(errors.filter((error) => error.keyword === keyword).map((error) => cut(steps(error).join('.'))))]
}

/** Every key of the schema: whatever of them are property names, none of them is the answer's content. */
function namesIn(schema: JsonSchema): ReadonlySet<string> {
  const names = new Set<string>()
  JSON.stringify(schema, (key, inner: unknown) => {
    names.add(key)
    return inner
  })
  return names
}

function cut(text: string): string {
  return text.length > maximumCharacters ? `${text.slice(0, maximumCharacters - 1)}…` : text
}
