import { expect, it } from 'vitest'
import { findUnsupported } from '../../src/runtimes/embedded/schema-grammar.ts'

const check = (schema: Record<string, unknown>) => findUnsupported(schema, '#', schema)
const text = { type: 'string' }

it.each([
  [
    'an extraction contract',
    { $schema: 'x', type: 'object', properties: { a: { ...text, maxLength: 9 } }, required: ['a'] },
  ],
  [
    'enums, constants and several scalar types',
    { type: 'array', items: { anyOf: [{ enum: ['x'] }, { const: 1 }, { type: ['string', 'null'] }] } },
  ],
  ['definitions', { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: text } }],
  ['a property that is named like a keyword', { type: 'object', properties: { pattern: text, not: text } }],
  ['dates', { type: 'string', format: 'date' }],
])('takes %s', (_, schema) => {
  expect(check(schema)).toBeUndefined()
})

it.each([
  ['a pattern', { type: 'object', properties: { a: { ...text, pattern: 'x' } } }, '"pattern" at #/properties/a'],
  ['a limit of a number', { type: 'array', items: { type: 'integer', minimum: 1 } }, '"minimum" at #/items'],
  ['a format', { type: 'string', format: 'email' }, '"format": "email" at #'],
  ['a length that grammars cannot count to', { type: 'string', maxLength: 4000 }, '"maxLength" at # is over 999'],
  ['all of several', { allOf: [text] }, '"allOf" at #'],
  ['a reference to elsewhere', { $ref: 'https://example.com/schema' }, '"$ref": "https://example.com/schema" at #'],
  ['a reference to nothing', { type: 'array', items: { $ref: '#/$defs/a' } }, 'at #/items must name one of #/$defs/'],
  ['limits beside alternatives', { oneOf: [text], maxLength: 3 }, '"maxLength" beside alternatives at #'],
  ['no type', { type: 'object', properties: { a: { description: 'anything' } } }, '#/properties/a has no "type"'],
  ['an object of unknown properties', { type: 'object' }, 'an object without "properties" at #'],
  ['an unsupported definition', { $ref: '#/$defs/a', $defs: { a: { not: text } } }, '"not" at #/$defs/a'],
])('refuses %s, saying where', (_, schema, problem) => {
  expect(check(schema)).toContain(problem)
})
