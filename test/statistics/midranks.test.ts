import fc from 'fast-check'
import { expect, test } from 'vitest'
import { midranks } from '../../src/statistics/midranks.ts'

test('equal values share the mean of their ranks', () => {
  expect(midranks([30, 10, 20, 20])).toEqual([4, 1, 2.5, 2.5])
  expect(midranks([7, 7, 7])).toEqual([2, 2, 2])
  expect(midranks([0, -0])).toEqual([1.5, 1.5])
  expect(midranks([])).toEqual([])
})

test('ranks are one more than the smaller values and half of the other equal ones', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), (values) => {
      const expected = values.map((value) => {
        const smaller = values.filter((other) => other < value).length
        return 1 + smaller + (values.filter((other) => other === value).length - 1) / 2
      })
      expect(midranks(values)).toEqual(expected)
    }),
  )
})
