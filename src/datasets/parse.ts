import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Dataset } from './dataset.ts'
import { DatasetError, type DatasetProblem } from './dataset-error.ts'
import { readBaseline } from './read-baseline.ts'
import { readPrompt } from './read-prompt.ts'
import { readRecords } from './read-records.ts'
import { readSchema } from './read-schema.ts'
import { schemaFields } from './schema-fields.ts'

/** The files of a dataset folder, in the order in which they are hashed. */
export const datasetFiles = ['prompt.md', 'records.jsonl', 'schema.json', 'baseline.json'] as const
export type DatasetBytes = Readonly<Record<(typeof datasetFiles)[number], Buffer>>

const maximumBytes = {
  'prompt.md': 1_000_000,
  'records.jsonl': 50_000_000,
  'schema.json': 1_000_000,
  'baseline.json': 1_000_000,
}

/** Checks the four files together. Throws a DatasetError with everything that is wrong in any of them. */
export function parseDataset(folder: string, bytes: DatasetBytes): Dataset {
  const unreadable: DatasetProblem[] = []
  const text = (name: (typeof datasetFiles)[number]): string => {
    const file = join(folder, name)
    if (bytes[name].length > maximumBytes[name]) {
      unreadable.push({
        file,
        text: `${bytes[name].length} bytes, and at most ${maximumBytes[name]} are read; shorten it`,
      })
      return ''
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes[name])
    } catch {
      unreadable.push({ file, text: 'not UTF-8 text; save the file as UTF-8' })
      return ''
    }
  }
  const texts = {
    prompt: text('prompt.md'),
    records: text('records.jsonl'),
    schema: text('schema.json'),
    baseline: text('baseline.json'),
  }
  if (unreadable.length > 0) throw new DatasetError(folder, unreadable)
  const { prompt, problems: inPrompt } = readPrompt(texts.prompt, join(folder, 'prompt.md'))
  const { schema, problems: inSchema } = readSchema(texts.schema, join(folder, 'schema.json'))
  const fields = schema && schemaFields(schema)
  const { records, problems: inRecords } = readRecords(texts.records, join(folder, 'records.jsonl'), fields)
  const { baseline, problems: inBaseline } = readBaseline(texts.baseline, join(folder, 'baseline.json'), fields)
  const problems = [...inPrompt, ...inRecords, ...inSchema, ...inBaseline]
  if (schema === undefined || problems.length > 0) throw new DatasetError(folder, problems)
  const hash = createHash('sha256')
  for (const name of datasetFiles) hash.update(bytes[name])
  return { folder, prompt, records, schema, baseline, sha256: hash.digest('hex') }
}
