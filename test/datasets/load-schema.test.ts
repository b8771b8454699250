import { describe, expect, test } from 'vitest'
import { dataset, refusalMessage } from './dataset-folder.ts'

describe('schema.json', () => {
  const refused = (schema: unknown) =>
    refusalMessage({ 'schema.json': typeof schema === 'string' ? schema : JSON.stringify(schema) })
  const order = { order: { type: 'string' }, priority: { type: 'string' } }
  const withoutContact = { type: 'object', properties: order, required: ['order'] }

  test('a file that is no JSON is refused with line and column', () => {
    expect(refused('{\n  "type": "object",\n  "properties": {},\n}')).toMatchInlineSnapshot(
      `"tickets/schema.json:4:1  not JSON: expected a key in double quotes"`,
    )
    expect(refused('')).toMatchInlineSnapshot(
      `"tickets/schema.json:1:1  not JSON: the text ends where a value is expected"`,
    )
  })

  test('a schema that is no object with properties is refused', () => {
    expect(refused({ type: 'array' })).toMatchInlineSnapshot(
      `"tickets/schema.json  an answer is an object: write {"type": "object", "properties": {…}, "required": […]}"`,
    )
    expect(refused({ type: 'object', properties: {} })).toMatchInlineSnapshot(
      `"tickets/schema.json  no properties; describe at least one field"`,
    )
  })

  test('an invalid JSON Schema is refused with the reason', () => {
    expect(refused({ ...withoutContact, properties: { ...order, order: { type: 'sting' } } })).toMatchInlineSnapshot(
      `"tickets/schema.json  not a valid JSON Schema: type must be JSONType or JSONType[]: sting; correct that keyword"`,
    )
    expect(
      refused({ ...withoutContact, properties: { ...order, order: { type: 'string', maxLenght: 3 } } }),
    ).toMatchInlineSnapshot(
      `"tickets/schema.json  not a valid JSON Schema: strict mode: unknown keyword: "maxLenght"; correct that keyword"`,
    )
    expect(
      refused({ ...withoutContact, properties: { ...order, order: { type: 'string', format: 'dat' } } }),
    ).toMatchInlineSnapshot(
      `"tickets/schema.json  not a valid JSON Schema: unknown format "dat" ignored in schema at path "#/properties/order"; correct that keyword"`,
    )
    expect(
      refused({ ...withoutContact, properties: { ...order, order: { $ref: 'https://example.com/x' } } }),
    ).toMatchInlineSnapshot(
      `"tickets/schema.json  not a valid JSON Schema: can't resolve reference https://example.com/x from id #; correct that keyword"`,
    )
    expect(
      refused({ ...withoutContact, properties: { ...order, order: { type: 'string', pattern: '(' } } }),
    ).toMatchInlineSnapshot(
      `"tickets/schema.json  not a valid JSON Schema: Invalid regular expression: /(/u: Unterminated group; correct that keyword"`,
    )
    expect(refused({ ...withoutContact, $schema: 'http://json-schema.org/draft-04/schema#' })).toMatchInlineSnapshot(
      `"tickets/schema.json  $schema names a draft that is not supported; use https://json-schema.org/draft/2020-12/schema"`,
    )
  })

  test.each([
    [{ properties: { ...order, order: 3 } }, '#/properties/order'],
    [{ properties: { ...order, order: { anyOf: [3] } } }, '#/properties/order/anyOf/0'],
    [{ properties: { ...order, order: { items: 'text' } } }, '#/properties/order/items'],
    [{ $defs: 3 }, '#/$defs'],
  ])('what stands where a schema belongs is refused: %j', (changes, place) => {
    expect(refused({ ...withoutContact, ...changes })).toContain(`${place} must be a schema`)
  })

  test('a required field without properties is refused', () => {
    expect(refused({ ...withoutContact, required: ['order', 'title'] })).toMatchInlineSnapshot(
      `"tickets/schema.json  required names a field without properties: title; add it or correct its name"`,
    )
  })

  test.each(['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema#'])(
    '%s is understood',
    ($schema) => {
      const schema = { $schema, $id: 'https://example.com/tickets', ...withoutContact }
      // Twice: the same $id in two datasets is no conflict.
      for (let round = 0; round < 2; round += 1) {
        expect(dataset({ 'schema.json': JSON.stringify(schema) }).schema).toEqual(schema)
      }
    },
  )
})

describe('baseline.json', () => {
  const refused = (fields: unknown) => refusalMessage({ 'baseline.json': JSON.stringify({ fields }) })

  test('a file of another shape is refused', () => {
    expect(refusalMessage({ 'baseline.json': '{"order": {"constant": "x"}}' })).toMatchInlineSnapshot(
      `"tickets/baseline.json  write {"fields": {"field": {"constant": "text"}}} and nothing beside "fields""`,
    )
    expect(refusalMessage({ 'baseline.json': '{"fields": {"order": {},}}' })).toMatchInlineSnapshot(
      `"tickets/baseline.json:1:25  not JSON: expected a key in double quotes"`,
    )
  })

  test('a field is a constant, or a regular expression with what stands otherwise', () => {
    expect(refused({ order: 'x', priority: { constant: 1 }, contact: { regex: 'x' } })).toMatchInlineSnapshot(`
      "tickets/baseline.json  fields.order must be {"constant": "text"} or {"regex": "…", "flags": "i", "otherwise": "text"}, flags may be left out
      tickets/baseline.json  fields.priority must be {"constant": "text"} or {"regex": "…", "flags": "i", "otherwise": "text"}, flags may be left out
      tickets/baseline.json  fields.contact must be {"constant": "text"} or {"regex": "…", "flags": "i", "otherwise": "text"}, flags may be left out"
    `)
  })

  test('fields must be those of the schema, and all that it requires', () => {
    expect(refused({ ordre: { constant: 'x' }, priority: { constant: 'low' } })).toMatchInlineSnapshot(`
      "tickets/baseline.json  fields.ordre is no field of schema.json; did you mean "order"?
      tickets/baseline.json  fields.order is missing, and schema.json requires it; add a constant or a regex"
    `)
  })

  test('regular expressions must compile', () => {
    expect(
      refused({ order: { regex: '(', otherwise: 'x' }, priority: { regex: 'x', flags: 'g', otherwise: 'low' } }),
    ).toMatchInlineSnapshot(`
      "tickets/baseline.json  fields.order.regex does not compile: Invalid regular expression: /(/: Unterminated group
      tickets/baseline.json  fields.priority.flags is "g"; i, m, s, u and v may stand there"
    `)
  })

  test('a text for a closed vocabulary must be in it', () => {
    expect(refused({ order: { constant: 'x' }, priority: { constant: 'hihg' } })).toMatchInlineSnapshot(
      `"tickets/baseline.json  fields.priority.constant is "hihg", which schema.json does not allow; did you mean "high"?"`,
    )
  })
})
