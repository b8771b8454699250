import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { examine } from '../../src/datasets/examine.ts'
import { fencedBlock } from '../../src/datasets/fenced-block.ts'
import { repairAnswer } from '../../src/datasets/repair.ts'
import { dataset } from './dataset-folder.ts'

const tickets = dataset()
const record = tickets.records[0] as (typeof tickets.records)[number]
const look = (answer: string) => examine(answer, record, tickets)
const good = '{"order": "ORD-12", "priority": "high"}'
const fenced = (inside: string) => `\`\`\`json\n${inside}\n\`\`\``

describe('a code fence', () => {
  test.each([
    ['with its language', fenced('{"a": 1}'), '{"a": 1}'],
    ['without one', '```\n[1]\n```', '[1]'],
    ['of tildes', '~~~JSON\n{"a": 1}\n~~~', '{"a": 1}'],
    ['on one line', '```json {"a": 1} ```', '{"a": 1}'],
    ['with prose around it', `Here it is:\n${fenced('{"a": 1}')}\nAnything else?`, '{"a": 1}'],
    ['with Windows line ends', '```json\r\n{"a": 1}\r\n```', '{"a": 1}'],
  ])('%s is taken off', (_, answer, inside) => {
    expect(fencedBlock(answer)).toBe(inside)
  })

  test.each([
    ['none', 'Here: {"a": 1}'],
    ['two', `${fenced('{"a": 1}')}\nor\n${fenced('{"a": 2}')}`],
    ['one that never closes', '```json\n{"a": 1}'],
    ['a fence within a text of the fenced JSON', fenced('{"a": "```"}')],
  ])('%s is left alone: what was meant would be a guess', (_, answer) => {
    expect(fencedBlock(answer)).toBeUndefined()
  })
})

describe('the steps after an answer', () => {
  test('are not taken where it keeps the schema', () => {
    expect(look(good)).not.toHaveProperty('steps')
  })

  test('extraction finds what the raw answer did not show, and no repair is needed then', () => {
    const { json, facts, steps } = look(fenced(good))
    expect(json).toBe('not-json')
    expect(facts.every(({ found }) => !found)).toBe(true)
    expect(steps?.extracted).toMatchObject({
      json: 'valid',
      schema_errors: [],
      facts: [{ found: true }, { found: true }],
    })
    expect(steps).not.toHaveProperty('repaired')
  })

  test.each([
    ['single quotes', "{'order': 'ORD-12', 'priority': 'high'}"],
    ['a comma at the end', `${good.slice(0, -1)},}`],
    ['a comment', `${good} // done`],
    ['a bracket that is missing', good.slice(0, -1)],
    ['a fence that never closes', `\`\`\`json\n${good}`],
    ['bare keys within a fence', fenced('{order: "ORD-12", priority: "high"}')],
  ])('%s is repaired, and not extracted', (_, answer) => {
    const { steps } = look(answer)
    expect(steps).not.toHaveProperty('extracted')
    expect(steps?.repaired).toMatchObject({ json: 'valid', schema_errors: [], missing_fields: [] })
    expect(steps?.repaired?.facts.every(({ found }) => found)).toBe(true)
  })

  test('types are coerced to those of the schema, and only where that changes something', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' }, yes: { type: 'boolean' } } }
    expect(repairAnswer('{"n": "12", "yes": "true"}', schema)).toBe('{"n":12,"yes":true}')
    expect(repairAnswer('{"n": 12}', schema)).toBeUndefined()
    expect(examine('{"n": "twelve"}', record, { schema }).steps).toEqual({})
  })

  test('a key that stands twice and prose are not repaired into an answer', () => {
    expect(repairAnswer('{"a": 1, "a": 2', {})).toBeUndefined()
    expect(look('I cannot say.').steps?.repaired?.schema_errors).toMatchObject([{ keyword: 'type' }])
    expect(look(' ').steps).toEqual({})
  })

  test('what is repaired is JSON, whatever the answer', () => {
    const answers = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.json(), fc.nat()).map(([text, end]) => text.slice(0, end % (text.length + 1))),
      fc.json().map((text) => text.replaceAll('"', "'")),
    )
    fc.assert(
      fc.property(answers, (answer) => {
        const repaired = repairAnswer(answer, tickets.schema)
        if (repaired !== undefined) expect(() => JSON.parse(repaired)).not.toThrow()
      }),
      { numRuns: 1000 },
    )
  })
})

describe('labels', () => {
  const labels = (answer: string) => look(answer).labels?.map(({ expected, answered }) => `${expected} ${answered}`)

  test.each([
    ['{"priority": "HIGH"}', 'high high'],
    ['{"priority": "low"}', 'high low'],
    ['{"priority": "dear jane"}', 'high (other)'],
    ['{"priority": {"a": 1}}', 'high (other)'],
    ['{"priority": " "}', 'high (none)'],
    ['{}', 'high (none)'],
    ['no JSON', 'high (none)'],
    ['', 'high (none)'],
  ])('of %j: %s', (answer, pair) => {
    expect(labels(answer)).toEqual([pair])
  })

  test('of several right ones the one answered is the expected one', () => {
    const either = { ...record, expected: { priority: ['high', 'low'] } }
    expect(examine('{"priority": "low"}', either, tickets).labels).toEqual([
      { field: 'priority', expected: 'low', answered: 'low' },
    ])
  })

  test('a list has no one label', () => {
    const schema = { type: 'object', properties: { priority: { type: 'array', items: { enum: ['high', 'low'] } } } }
    expect(examine('{"priority": ["high"]}', record, { schema })).not.toHaveProperty('labels')
  })
})

test('lengths count code points and words of values, also of a list of texts', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'array' }, c: { type: 'number' } } }
  const answer = '{"a": " one two 🙂 ", "b": ["x y", "z"], "c": 3}'
  expect(examine(answer, record, { schema }).lengths).toEqual({
    characters: Array.from(answer).length,
    words: 6,
    fields: [
      { field: 'a', characters: 9, words: 3 },
      { field: 'b', characters: 4, words: 3 },
    ],
  })
  expect(examine(' no JSON ', record, { schema }).lengths).toEqual({ characters: 7, words: 2, fields: [] })
})
