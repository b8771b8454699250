import { randomInt } from 'node:crypto'
import type { CapabilityOutcome } from '../evidence/capability-schema.ts'

/** A name and a value that nobody guesses: an answer that bears them was made under the constraint that tells them. */
export interface Secret {
  readonly name: string
  readonly value: string
}

type Constraint = NonNullable<Extract<CapabilityOutcome, { state: 'answered' }>['constraint']>

const letters = 'bcdfghjkmnpqrstvwxz'
/** Of an answer that was cut: so much of the name and value has to be there, in the right order. */
const leastSecretCharacters = 4

/** Letters without vowels, so that they are no word. Some 17 million of each. */
export function drawSecret(): Secret {
  const draw = () => Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('')
  return { name: draw(), value: draw() }
}

/** The JSON Schema that one object alone fulfils. */
export function schemaOf({ name, value }: Secret): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    properties: { [name]: { type: 'string', enum: [value] } },
    required: [name],
    additionalProperties: false,
  }
}

/** The same as a GBNF grammar. */
export function grammarOf({ name, value }: Secret): string {
  return `root ::= "{\\"${name}\\":\\"${value}\\"}"`
}

/** How much of the one answer that fulfils the constraint came, white space apart. Pure. */
export function constraintIn(secret: Secret, { content, thinking }: { content: string; thinking: string }): Constraint {
  const expected = JSON.stringify({ [secret.name]: secret.value })
  const dense = content.replace(/\s+/g, '')
  if (dense === expected) return 'whole'
  if (dense.length >= 2 + leastSecretCharacters && expected.startsWith(dense)) return 'part'
  if (dense.includes(expected)) return 'inside'
  return dense === '' && bears(thinking.replace(/\s+/g, ''), expected) ? 'in-thinking' : 'absent'
}

/** Its beginning, at least, anywhere. */
function bears(dense: string, expected: string): boolean {
  return dense.includes(expected.slice(0, 2 + leastSecretCharacters))
}
