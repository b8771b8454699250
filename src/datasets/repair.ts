import { JSONRepairError, jsonrepair } from 'jsonrepair'
import { coerceToSchema } from './compile-schema.ts'
import type { JsonSchema } from './dataset.ts'
import { findJsonProblem } from './json-problem.ts'

/**
 * An answer after a deterministic repair: jsonrepair (quotes, commas, brackets, comments, what was cut off), then ajv's
 * coercion to the schema's types. JSON text, or undefined where that changes nothing, or can't make it one value: a key
 * that stands twice is not repaired, since which of the two was meant would be a guess.
 */
export function repairAnswer(answer: string, schema: JsonSchema): string | undefined {
  try {
    const text = findJsonProblem(answer) === undefined ? answer : jsonrepair(answer)
    if (findJsonProblem(text) !== undefined) return undefined
    const repaired = JSON.stringify(coerceToSchema(JSON.parse(text), schema))
    return text === answer && repaired === JSON.stringify(JSON.parse(answer)) ? undefined : repaired
  } catch (error) {
    // Beyond repair, or nested beyond the stack.
    if (error instanceof JSONRepairError || error instanceof RangeError || error instanceof SyntaxError)
      return undefined
    throw error
  }
}
