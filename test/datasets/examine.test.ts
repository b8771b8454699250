import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { examine } from '../../src/datasets/examine.ts'
import { examinationSchema } from '../../src/evidence/schema.ts'
import { dataset } from './dataset-folder.ts'

const tickets = dataset()
const record = tickets.records[0] as (typeof tickets.records)[number]
const look = (answer: unknown) => examine(typeof answer === 'string' ? answer : JSON.stringify(answer), record, tickets)
const good = { order: 'ORD-12', priority: 'high' }

describe('examine', () => {
  test('finds nothing wrong with a good answer', () => {
    expect(look(good)).toEqual({
      json: 'valid',
      schema_errors: [],
      missing_fields: [],
      outside_vocabulary: [],
      urls: 0,
      ungrounded_urls: 0,
      facts: [
        { field: 'order', found: true },
        { field: 'priority', found: true },
      ],
      labels: [{ field: 'priority', expected: 'high', answered: 'high' }],
      lengths: {
        characters: 36,
        words: 2,
        fields: [
          { field: 'order', characters: 6, words: 1 },
          { field: 'priority', characters: 4, words: 1 },
        ],
      },
    })
  })

  test('repairs nothing: fences, comments, two values, single quotes and keys that stand twice are no JSON', () => {
    const raw = JSON.stringify(good)
    const answers = [
      `\`\`\`json\n${raw}\n\`\`\``,
      `Here: ${raw}`,
      `${raw}${raw}`,
      `${raw} // done`,
      "{'order': 'x'}",
      '{"order": "a", "order": "b"}',
      '{"a": NaN}',
      '[1,]',
      raw.slice(0, -1),
    ]
    expect(answers.map((answer) => look(answer).json)).toEqual(answers.map(() => 'not-json'))
  })

  test('takes white space around the value', () => {
    expect(look(`\n ${JSON.stringify(good)} \r\n`).json).toBe('valid')
  })

  test('tells an empty answer from one that is no JSON', () => {
    expect(look(' \n').json).toBe('empty')
    expect(look(' \n').facts.every(({ found }) => !found)).toBe(true)
  })

  test('lists all schema errors, and fields outside their vocabulary', () => {
    expect(
      look({ order: 'a text that is too long', priority: 'urgent', contact: { channel: 'fax' }, extra: 1 }),
    ).toMatchInlineSnapshot(`
      {
        "facts": [
          {
            "field": "order",
            "found": false,
          },
          {
            "field": "priority",
            "found": false,
          },
        ],
        "json": "valid",
        "labels": [
          {
            "answered": "(other)",
            "expected": "high",
            "field": "priority",
          },
        ],
        "lengths": {
          "characters": 93,
          "fields": [
            {
              "characters": 23,
              "field": "order",
              "words": 6,
            },
            {
              "characters": 6,
              "field": "priority",
              "words": 1,
            },
            {
              "characters": 3,
              "field": "contact.channel",
              "words": 1,
            },
          ],
          "words": 8,
        },
        "missing_fields": [
          "contact.name",
        ],
        "outside_vocabulary": [
          "priority",
          "contact.channel",
        ],
        "schema_errors": [
          {
            "keyword": "additionalProperties",
            "message": "must NOT have additional properties",
            "path": "",
          },
          {
            "keyword": "maxLength",
            "message": "must NOT have more than 12 characters",
            "path": "/order",
          },
          {
            "keyword": "enum",
            "message": "must be equal to one of the allowed values",
            "path": "/priority",
          },
          {
            "keyword": "required",
            "message": "must have required property 'name'",
            "path": "/contact",
          },
          {
            "keyword": "enum",
            "message": "must be equal to one of the allowed values",
            "path": "/contact/channel",
          },
        ],
        "steps": {},
        "ungrounded_urls": 0,
        "urls": 0,
      }
    `)
  })

  test('counts blank and absent required fields as missing, nested ones too', () => {
    expect(look({ order: ' ', contact: { name: '' } }).missing_fields).toEqual(['priority', 'order', 'contact.name'])
    expect(look({ ...good, contact: {} }).missing_fields).toEqual(['contact.name'])
    expect(look([]).missing_fields).toEqual([])
  })

  test('takes invisible characters and lists of blank texts for blank, and null where the schema names it for an answer', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string' },
        b: { type: 'array' },
        c: { type: ['string', 'null'] },
        d: { enum: ['', 'x'] },
      },
      required: ['a', 'b', 'c', 'd'],
    }
    const missing = (answer: object) => examine(JSON.stringify(answer), record, { schema }).missing_fields
    expect(missing({ a: '\u200b\u00a0', b: ['', ' '], c: null, d: '' })).toEqual(['a', 'b'])
    expect(missing({ a: 'x', b: [], c: 'x', d: 'x' })).toEqual([])
    expect(missing({ a: 'x', b: ['', 'x'], c: ' ', d: 'x' })).toEqual(['c'])
  })

  test('finds missing fields in elements of a list and behind references', () => {
    const line = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
    const schema = {
      type: 'object',
      properties: { lines: { type: 'array', items: { $ref: '#/$defs/line' } } },
      $defs: { line },
    }
    const found = examine('{"lines": [{"name": "x"}, {"name": " "}, {}]}', record, { schema })
    expect(found.missing_fields).toEqual(['lines.2.name', 'lines.1.name'])
  })

  test('compares a list with a closed vocabulary element by element', () => {
    const schema = {
      type: 'object',
      properties: { tags: { type: 'array', items: { enum: ['late', 'broken', 'not broken'] } } },
    }
    const tagged = { id: 'a', input: 'b', expected: { tags: ['broken'] } }
    expect(examine('{"tags": ["late", "broken"]}', tagged, { schema }).facts).toEqual([{ field: 'tags', found: true }])
    const other = examine('{"tags": ["not broken", "odd"]}', tagged, { schema })
    expect(other.facts).toEqual([{ field: 'tags', found: false }])
    expect(other.outside_vocabulary).toEqual(['tags.1'])
  })

  test('never repeats the content of an answer', () => {
    const schema = {
      type: 'object',
      properties: { order: { type: 'string' } },
      additionalProperties: { type: 'number' },
      propertyNames: { maxLength: 8 },
    }
    const found = examine('{"jane doe": "secret", "jane.doe@example.com": 1}', record, { schema })
    expect(JSON.stringify(found)).not.toMatch(/jane|secret/)
    expect(found.schema_errors).toMatchInlineSnapshot(`
      [
        {
          "keyword": "maxLength",
          "message": "must NOT have more than 8 characters",
          "path": "",
        },
        {
          "keyword": "propertyNames",
          "message": "property name must be valid",
          "path": "",
        },
        {
          "keyword": "type",
          "message": "must be number",
          "path": "/*",
        },
      ]
    `)
  })

  test('keeps the first fifty schema errors, each at most 120 characters', () => {
    const schema = {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'string', pattern: `^${'a'.repeat(300)}$` } } },
    }
    const found = examine(JSON.stringify({ list: Array.from({ length: 500 }, () => 'b') }), record, { schema })
    expect(found.schema_errors).toHaveLength(50)
    expect(found.schema_errors.every(({ message }) => message.length <= 120)).toBe(true)
  })

  test('counts URLs, and those that the input does not hold', () => {
    const urls = (answer: unknown) => {
      const { urls, ungrounded_urls } = look(answer)
      return [urls, ungrounded_urls]
    }
    expect(urls({ ...good, order: 'See https://SHOP.example/help/.' })).toEqual([1, 0])
    expect(urls({ ...good, order: 'See https://shop.example/hel' })).toEqual([1, 1])
    expect(urls({ ...good, contact: { name: 'www.evil.example and evil.example/x' } })).toEqual([2, 2])
    expect(urls({ ...good, 'http://key.example': 1 })).toEqual([1, 1])
    expect(urls('not JSON http:\\/\\/evil.example')).toEqual([1, 1])
  })

  test('an answer that is nested without end is examined, by schemas that refer to themselves too', () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
    expect(look(deep).json).toBe('valid')
    const schema = { type: 'object', properties: { a: { $ref: '#' } } }
    expect(examine(deep, record, { schema }).schema_errors).toEqual([
      { path: '', keyword: 'nesting', message: 'is nested too deeply' },
    ])
  })

  test('whatever the answer, it is examined and yields valid evidence', () => {
    const fields = fc.constantFrom('order', 'priority', 'contact', '__proto__', 'constructor', 'toString')
    const answers = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.dictionary(fields, fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.tuple(fc.json(), fc.nat()).map(([text, end]) => text.slice(0, end % (text.length + 1))),
    )
    fc.assert(
      fc.property(answers, (answer) => {
        expect(() => examinationSchema.parse(look(answer))).not.toThrow()
      }),
      { numRuns: 1000 },
    )
  })
})
