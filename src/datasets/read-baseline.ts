import { suggestion } from '../config/nearest.ts'
import type { BaselineField, Dataset } from './dataset.ts'
import type { DatasetProblem } from './dataset-error.ts'
import { readJson } from './read-json.ts'
import { asSchema, type SchemaField, vocabularyOf } from './schema-fields.ts'

/** Reads baseline.json: for each field a constant, or a regular expression with a text for where it finds nothing. */
export function readBaseline(
  text: string,
  file: string,
  fields: readonly SchemaField[] | undefined,
): { baseline: Dataset['baseline']; problems: readonly DatasetProblem[] } {
  const read = readJson(text, file)
  if ('problem' in read) return { baseline: {}, problems: [read.problem] }
  const problems: DatasetProblem[] = []
  const say = (text: string) => problems.push({ file, text })
  const given = asSchema(asSchema(read.value)?.fields)
  if (given === undefined || Object.keys(read.value as object).length !== 1) {
    say('write {"fields": {"field": {"constant": "text"}}} and nothing beside "fields"')
    return { baseline: {}, problems }
  }
  const baseline: [string, BaselineField][] = []
  for (const [name, value] of Object.entries(given)) {
    const field = readField(value, (text) => say(`fields.${name}${text}`))
    if (field === undefined) continue
    baseline.push([name, field])
    const schema = fields?.find(({ path }) => path === name)?.schema
    if (fields === undefined) continue
    if (schema === undefined || name.includes('.')) {
      say(
        `fields.${name} is no field of schema.json${suggestion(
          name,
          topLevel(fields).map(({ path }) => path),
        )}`,
      )
      continue
    }
    const vocabulary = vocabularyOf(schema)
    const [key, fallback] = 'constant' in field ? ['constant', field.constant] : ['otherwise', field.otherwise]
    if (vocabulary !== undefined && !vocabulary.includes(fallback)) {
      say(
        `fields.${name}.${key} is ${JSON.stringify(fallback.slice(0, 60))}, which schema.json does not allow${suggestion(fallback, vocabulary)}`,
      )
    }
  }
  for (const { path, required } of topLevel(fields ?? [])) {
    if (required && !Object.hasOwn(given, path))
      say(`fields.${path} is missing, and schema.json requires it; add a constant or a regex`)
  }
  return { baseline: Object.fromEntries(baseline), problems }
}

function topLevel(fields: readonly SchemaField[]): readonly SchemaField[] {
  return fields.filter(({ path }) => !path.includes('.'))
}

function readField(value: unknown, say: (text: string) => void): BaselineField | undefined {
  const field = asSchema(value)
  const keys = Object.keys(field ?? {})
    .toSorted()
    .join(' ')
  const texts = field !== undefined && Object.values(field).every((each) => typeof each === 'string')
  if (!texts || !['constant', 'otherwise regex', 'flags otherwise regex'].includes(keys)) {
    say(' must be {"constant": "text"} or {"regex": "…", "flags": "i", "otherwise": "text"}, flags may be left out')
    return undefined
  }
  if (keys === 'constant') return { constant: String(field.constant) }
  const flags = String(field.flags ?? '')
  if (!/^[imsuv]*$/.test(flags)) {
    say(`.flags is ${JSON.stringify(flags.slice(0, 20))}; i, m, s, u and v may stand there`)
    return undefined
  }
  const regex = String(field.regex)
  try {
    new RegExp(regex, flags)
  } catch (error) {
    say(`.regex does not compile: ${(error as Error).message.slice(0, 200)}`)
    return undefined
  }
  return { regex, ...('flags' in field ? { flags } : {}), otherwise: String(field.otherwise) }
}
