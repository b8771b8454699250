import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { baselineAnswer } from '../../src/datasets/baseline.ts'
import { examine } from '../../src/datasets/examine.ts'
import { loadDatasetSync } from '../../src/datasets/load.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folders = existsSync(`${root}datasets`) ? readdirSync(`${root}datasets`) : []

describe.each(folders)('datasets/%s', (name) => {
  const dataset = loadDatasetSync(`datasets/${name}`, root)

  test('has records enough for a verdict', () => {
    expect(dataset.records.length).toBeGreaterThanOrEqual(25)
  })

  test('has baseline answers that are valid under its schema', () => {
    const wrong = dataset.records.filter((record) => {
      const found = examine(baselineAnswer(dataset, record), record, dataset)
      return found.json !== 'valid' || found.schema_errors.length + found.missing_fields.length > 0
    })
    expect(wrong.map(({ id }) => id)).toEqual([])
  })

  test('expects facts that an answer can hold within the schema', () => {
    const wrong = dataset.records.filter((record) => {
      const answer = Object.fromEntries(Object.entries(record.expected).map(([field, [first]]) => [field, first]))
      const found = examine(JSON.stringify(answer), record, dataset)
      return (
        found.schema_errors.some(({ keyword }) => keyword !== 'required') || found.facts.some((fact) => !fact.found)
      )
    })
    expect(wrong.map(({ id }) => id)).toEqual([])
  })

  test('has inputs that are distinct: no two share 30 % of their runs of three words', () => {
    const runs = dataset.records.map(({ input }) => wordTriples(input))
    const close = dataset.records.flatMap((record, index) =>
      dataset.records
        .slice(0, index)
        .filter((_, other) => jaccard(runs[index] ?? new Set(), runs[other] ?? new Set()) >= 0.3)
        .map((other) => `${other.id} and ${record.id}`),
    )
    expect(close).toEqual([])
  })
})

function wordTriples(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(words.slice(2).map((_, index) => words.slice(index, index + 3).join(' ')))
}

function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter((run) => other.has(run)).length
  return shared === 0 ? 0 : shared / (one.size + other.size - shared)
}
