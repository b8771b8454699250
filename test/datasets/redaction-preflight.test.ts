import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { examine } from '../../src/datasets/examine.ts'
import { loadDatasetSync } from '../../src/datasets/load.ts'

const dataset = loadDatasetSync('datasets/redaction-preflight', fileURLToPath(new URL('../../', import.meta.url)))
const { records } = dataset
const routeOf: Record<string, string> = {
  none: 'may-leave',
  personal: 'redact-first',
  business: 'stay-local',
  special: 'stay-local',
  credential: 'stay-local',
}

describe('datasets/redaction-preflight', () => {
  test.each(records)(
    '$id lists every sensitive value first, exactly as it stands in the text',
    ({ input, expected }) => {
      const values = ['person', 'contact', 'number', 'secret'].flatMap(
        (field) => expected[field]?.[0]?.split('; ') ?? [],
      )
      expect(values.length).toBeGreaterThanOrEqual(4)
      for (const value of values.filter((each) => each !== 'none')) expect(input.split(value)).toHaveLength(2)
    },
  )

  test.each(records)(
    '$id asks for every sensitive value to be redacted, under its own field',
    ({ expected, redact }) => {
      const fields = ['person', 'contact', 'number', 'secret'].filter((field) => expected[field]?.[0] !== 'none')
      expect(redact).toEqual(Object.fromEntries(fields.map((field) => [field, expected[field]?.[0]?.split('; ')])))
    },
  )

  test.each(records)('$id: the expected answer leaks nothing, and without one value exactly that value', (record) => {
    const answer = Object.fromEntries(Object.entries(record.expected).map(([field, [first]]) => [field, first]))
    const leaksOf = (fields: object) => examine(JSON.stringify(fields), record, dataset).leaks
    expect(leaksOf(answer)).toEqual([])
    for (const [field, values] of Object.entries(record.redact ?? {})) {
      const leaks = leaksOf({ ...answer, [field]: 'none' })
      expect(leaks).toEqual(values.map((_, index) => ({ where: 'redacted-input', field, index })))
      expect(values.some((value) => JSON.stringify(leaks).includes(value))).toBe(false)
    }
  })

  test.each(records)('$id has the kind and the route that follow from its values', ({ expected }) => {
    const [kind = ''] = expected.kind ?? []
    expect(expected.route).toEqual([routeOf[kind]])
    expect(kind === 'credential').toBe(expected.secret?.[0] !== 'none')
    const personal = ['person', 'contact', 'number'].some((field) => expected[field]?.[0] !== 'none')
    if (personal) expect(['personal', 'special', 'credential']).toContain(kind)
    else expect(['none', 'business', 'credential']).toContain(kind)
  })
})
