import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadDatasetSync } from '../../src/datasets/load.ts'

const { records } = loadDatasetSync('datasets/redaction-preflight', fileURLToPath(new URL('../../', import.meta.url)))
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

  test.each(records)('$id has the kind and the route that follow from its values', ({ expected }) => {
    const [kind = ''] = expected.kind ?? []
    expect(expected.route).toEqual([routeOf[kind]])
    expect(kind === 'credential').toBe(expected.secret?.[0] !== 'none')
    const personal = ['person', 'contact', 'number'].some((field) => expected[field]?.[0] !== 'none')
    if (personal) expect(['personal', 'special', 'credential']).toContain(kind)
    else expect(['none', 'business', 'credential']).toContain(kind)
  })
})
