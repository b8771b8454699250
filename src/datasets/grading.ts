import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { GraderConfig } from '../config/grader-schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { Dataset, DatasetRecord } from './dataset.ts'
import { DatasetError, type DatasetProblem } from './dataset-error.ts'
import { inputPlaceholder, readPrompt } from './read-prompt.ts'

const answerPlaceholder = '{{answer}}'

/** How a grader is asked: a dataset whose records are answers. */
export interface Grading {
  /** The prompt's turns and the schema of a grade; the last turn is a record's whole input. */
  readonly dataset: Dataset
  /** Of the prompt file. */
  readonly prompt_sha256: string
  /** One answer as a record of that dataset, with the id of the record that was answered. */
  recordOf(record: DatasetRecord, answer: string): DatasetRecord
}

/** The field of a grader's answer. */
export const gradeField = 'grade'

/** Reads a grader's prompt. @throws DatasetError with everything that is wrong in it */
export function readGrading({ prompt: file, grades }: GraderConfig, root: string): Grading {
  const text = readText(file, root)
  const { prompt, problems } = readPrompt(text, file)
  const last = prompt.at(-1)
  const count = (last?.content ?? '').split(answerPlaceholder).length - 1
  const missing: DatasetProblem[] =
    problems.length === 0 && count !== 1
      ? [{ file, text: `${answerPlaceholder} must stand once in the last section, and stands ${count} times` }]
      : []
  if (problems.length > 0 || missing.length > 0 || !last)
    throw new DatasetError(dirname(file), [...problems, ...missing])
  const schema = {
    type: 'object',
    properties: { [gradeField]: { type: 'string', enum: [...grades] } },
    required: [gradeField],
    additionalProperties: false,
  }
  return {
    dataset: {
      folder: dirname(file),
      prompt: [...prompt.slice(0, -1), { ...last, content: inputPlaceholder }],
      records: [],
      schema,
      baseline: {},
      sha256: sha256(text),
    },
    prompt_sha256: sha256(text),
    recordOf: ({ id, input }, answer) => ({
      id,
      // At once, so that an answer which itself holds a placeholder is taken literally.
      input: last.content.replace(/\{\{(input|answer)\}\}/g, (_, name: string) => (name === 'input' ? input : answer)),
      // Which grade is right nobody knows; the first one stands for the vocabulary.
      expected: { [gradeField]: grades.slice(0, 1) },
    }),
  }
}

function readText(file: string, root: string): string {
  try {
    return readFileSync(resolve(root, file), 'utf8')
  } catch (error) {
    const problem = `cannot be read (${(error as NodeJS.ErrnoException).code}); a grader of the config names it`
    throw new DatasetError(dirname(file), [{ file, text: problem }])
  }
}
