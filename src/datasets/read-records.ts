import { suggestion } from '../config/nearest.ts'
import type { DatasetRecord } from './dataset.ts'
import type { DatasetProblem } from './dataset-error.ts'
import { findJsonProblem } from './json-problem.ts'
import { normaliseText } from './match-fact.ts'
import { readSensitive } from './read-sensitive.ts'
import { asSchema, type SchemaField, vocabularyOf } from './schema-fields.ts'

const maximumRecords = 100_000
const maximumLine = 1_000_000
const keys = ['id', 'input', 'expected', 'forbidden', 'redact']

/**
 * Reads records.jsonl. Fields of `expected` are checked against the schema's where those are known.
 * A record with a problem is left out of the result.
 */
export function readRecords(
  text: string,
  file: string,
  fields: readonly SchemaField[] | undefined,
): { records: readonly DatasetRecord[]; problems: readonly DatasetProblem[] } {
  const records: DatasetRecord[] = []
  const problems: DatasetProblem[] = []
  const ids = new Map<string, number>()
  const inputs = new Map<string, number>()
  const known = fields && new Map(fields.map((field) => [field.path, field]))
  for (const [index, source] of text.split(/\r?\n/).entries()) {
    if (source.trim() === '') continue
    const line = index + 1
    const say = (text: string, column?: number) =>
      problems.push({ file, line, ...(column === undefined ? {} : { column }), text })
    const before = problems.length
    if (source.length > maximumLine) {
      say(`${source.length} characters, and a record has at most ${maximumLine}; shorten it`)
      continue
    }
    const syntax = findJsonProblem(source)
    if (syntax !== undefined) {
      say(`not JSON: ${syntax.reason}`, syntax.offset + 1)
      continue
    }
    const record = readRecord(JSON.parse(source), known, say)
    if (record === undefined) continue
    once(ids, record.id, line, (first) =>
      say(`the id ${JSON.stringify(record.id)} stands in line ${first} already; every record needs its own`),
    )
    once(inputs, normaliseText(record.input), line, (first) =>
      say(`the same input as line ${first}; repeated inputs prove nothing, remove one`),
    )
    if (problems.length === before) records.push(record)
    if (records.length > maximumRecords) {
      say(`more than ${maximumRecords} records; split the dataset`)
      break
    }
  }
  if (records.length === 0 && problems.length === 0) {
    problems.push({
      file,
      text: 'no records; write one a line: {"id": "r-01", "input": "…", "expected": {"field": "text"}}',
    })
  }
  return { records, problems }
}

function once(seen: Map<string, number>, key: string, line: number, otherwise: (first: number) => void): void {
  const first = seen.get(key)
  if (first === undefined) seen.set(key, line)
  else otherwise(first)
}

function readRecord(
  value: unknown,
  fields: ReadonlyMap<string, SchemaField> | undefined,
  say: (text: string) => void,
): DatasetRecord | undefined {
  const record = asSchema(value)
  if (record === undefined) {
    say('not an object; write {"id": "…", "input": "…", "expected": {…}}')
    return undefined
  }
  for (const key of Object.keys(record)) {
    if (!keys.includes(key)) say(`unknown key "${key.slice(0, 40)}"${suggestion(key, keys)}`)
  }
  const { id, input } = record
  const idGood = typeof id === 'string' && /^[^\p{Cc}]{1,200}$/u.test(id) && id.trim() === id
  const inputGood = typeof input === 'string' && input.trim() !== ''
  if (!idGood) say('"id" must be a text of 1 to 200 characters on one line, without outer spaces')
  if (!inputGood) say('"input" must be a text that is not blank')
  const expected = readExpected(record.expected, fields, say)
  if (!idGood || !inputGood || expected === undefined) return undefined
  return { id, input, expected, ...readSensitive(record, input, fields, say) }
}

function readExpected(
  value: unknown,
  fields: ReadonlyMap<string, SchemaField> | undefined,
  say: (text: string) => void,
): DatasetRecord['expected'] | undefined {
  const given = asSchema(value)
  if (given === undefined || Object.keys(given).length === 0) {
    say(
      '"expected" must name at least one field with its text: {"field": "text"}; without one no answer could be judged',
    )
    return undefined
  }
  const expected: [string, readonly string[]][] = []
  for (const [field, alternatives] of Object.entries(given)) {
    const texts: readonly unknown[] = Array.isArray(alternatives) ? alternatives : [alternatives]
    if (texts.length === 0 || texts.some((text) => typeof text !== 'string' || normaliseText(text) === '')) {
      say(`expected.${field} must be a text or a list of texts, none of them blank; write numbers as texts`)
      continue
    }
    const schema = fields?.get(field)?.schema
    if (fields !== undefined && schema === undefined) {
      say(`expected.${field} is no field of schema.json${suggestion(field, [...fields.keys()])}`)
    }
    const vocabulary = schema && vocabularyOf(schema)
    for (const text of texts as readonly string[]) {
      if (vocabulary !== undefined && !vocabulary.includes(text)) {
        say(
          `expected.${field} is ${JSON.stringify(text.slice(0, 60))}, which schema.json does not allow${suggestion(text, vocabulary)}`,
        )
      }
    }
    expected.push([field, texts as readonly string[]])
  }
  return Object.fromEntries(expected)
}
