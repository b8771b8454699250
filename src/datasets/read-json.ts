import type { DatasetProblem } from './dataset-error.ts'
import { findJsonProblem } from './json-problem.ts'

/** Reads one JSON value; a problem has its line and column. Keys that stand twice are a problem too. */
export function readJson(text: string, file: string): { value: unknown } | { problem: DatasetProblem } {
  const found = findJsonProblem(text)
  if (found === undefined) return { value: JSON.parse(text) as unknown }
  const before = text.slice(0, found.offset).split(/\r?\n/)
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  return { problem: { file, ...place, text: `not JSON: ${found.reason}` } }
}
