import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Dataset } from './dataset.ts'
import { DatasetError, type DatasetProblem } from './dataset-error.ts'
import { type DatasetBytes, datasetFiles, parseDataset } from './parse.ts'

/**
 * Reads and checks a dataset folder (prompt.md, records.jsonl, schema.json, baseline.json), relative to the folder of
 * the config. Rejects with a DatasetError that lists everything that is wrong.
 */
export async function loadDataset(folder: string, root: string): Promise<Dataset> {
  const read = await Promise.all(
    datasetFiles.map(async (name) => {
      try {
        return await readFile(join(resolve(root, folder), name))
      } catch (error) {
        return missing(folder, root, name, error)
      }
    }),
  )
  return whole(folder, read)
}

/** The same, at once: for test files, which collect their tests synchronously. Throws DatasetError. */
export function loadDatasetSync(folder: string, root: string): Dataset {
  const read = datasetFiles.map((name) => {
    try {
      return readFileSync(join(resolve(root, folder), name))
    } catch (error) {
      return missing(folder, root, name, error)
    }
  })
  return whole(folder, read)
}

function whole(folder: string, read: readonly (Buffer | DatasetProblem)[]): Dataset {
  const problems = read.filter((each): each is DatasetProblem => !Buffer.isBuffer(each))
  if (problems.length > 0) throw new DatasetError(folder, problems)
  const bytes = Object.fromEntries(datasetFiles.map((name, index) => [name, read[index]])) as unknown as DatasetBytes
  return parseDataset(folder, bytes)
}

const purposes = {
  'prompt.md': 'write the prompt there: a line "# user", then its text with {{input}}',
  'records.jsonl': 'write one record a line: {"id": "r-01", "input": "…", "expected": {"field": "text"}}',
  'schema.json': 'write the JSON Schema of an answer there: {"type": "object", "properties": {…}, "required": […]}',
  'baseline.json': 'write what answers without a model there: {"fields": {"field": {"constant": "text"}}}',
} satisfies Record<(typeof datasetFiles)[number], string>

function missing(folder: string, root: string, name: (typeof datasetFiles)[number], error: unknown): DatasetProblem {
  const code = (error as NodeJS.ErrnoException).code
  const what =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? `not found in ${resolve(root, folder)}; ${purposes[name]}`
      : `cannot be read (${code})`
  return { file: join(folder, name), text: what }
}
