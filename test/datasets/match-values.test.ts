import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdsFact } from '../../src/datasets/match-fact.ts'

const holds = (answer: string, fact: string) => holdsFact(answer, [fact])

describe('a date', () => {
  const spellings = [
    '2026-03-05',
    '2026/03/05',
    '2026.3.5',
    '5 March 2026',
    '05-Mar-2026',
    '5th of March, 2026',
    '5. March 2026',
    'Mar 5, 2026',
    'March 5th 2026',
    'Mar. 05, 2026',
    '05.03.2026',
    '5.3.2026',
  ]
  test.each(spellings)('%s is found in every other spelling, in words too', (fact) => {
    for (const answer of spellings) {
      expect(holds(answer, fact), answer).toBe(true)
      expect(holds(`due on Thursday, ${answer}, at noon`, fact), answer).toBe(true)
    }
  })

  test('is found before a time', () => {
    expect(holds('2026-03-05T10:15:00Z', '5 March 2026')).toBe(true)
  })

  test.each(['03/05/2026', '05/03/2026', '3-5-2026'])('%s is two days: it is found as it is written alone', (fact) => {
    expect(holds(`on ${fact}`, fact)).toBe(true)
    for (const answer of [...spellings, '05/03/2026', '03/05/2026', '3-5-2026'])
      if (answer !== fact) expect(holds(answer, fact), answer).toBe(false)
  })

  test.each([
    ['25/03/2026', '2026-03-25'],
    ['03/25/2026', '25 March 2026'],
    ['05/05/2026', 'May 5, 2026'],
    ['31-12-2026', '2026-12-31'],
  ])('%s can be read in one way only', (answer, fact) => {
    expect(holds(answer, fact)).toBe(true)
  })

  test.each([
    ['15 March 2026', '5 March 2026'],
    ['5-7 March 2026', '2026-03-07'],
    ['2026-03-051', '2026-03-05'],
    ['version 2026.3.5.1', '2026-03-05'],
    ['31.02.2026', '3 March 2026'],
    ['March 2026', '5 March 2026'],
    ['5 March', '5 March 2026'],
    ['5 Marching 2026', '5 March 2026'],
  ])('%s does not hold %s', (answer, fact) => {
    expect(holds(answer, fact)).toBe(false)
  })

  const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  const write = (of: Date, form: number): string => {
    const [year, m, d] = [of.getUTCFullYear(), of.getUTCMonth(), of.getUTCDate()]
    const name = of.toLocaleString('en', { month: 'long', timeZone: 'UTC' })
    const two = (n: number) => String(n).padStart(2, '0')
    return [
      of.toISOString().slice(0, 10),
      `${d} ${name} ${year}`,
      `${name.slice(0, 3)} ${d}, ${year}`,
      `${two(d)}.${two(m + 1)}.${year}`,
      `${d}-${name.slice(0, 3)}-${year}`,
    ][form] as string
  }
  test('is found in every form, and no other day is', () => {
    const form = fc.nat({ max: 4 })
    fc.assert(
      fc.property(days, days, form, form, (one, other, a, b) => {
        expect(holds(write(one, a), write(one, b))).toBe(true)
        const isSame = one.toISOString().slice(0, 10) === other.toISOString().slice(0, 10)
        expect(holds(`from ${write(other, a)} on`, write(one, b))).toBe(isSame)
      }),
      { numRuns: 500 },
    )
  })
})

describe('an amount of money', () => {
  const spellings = ['$1,200.50', '1200.50 USD', 'USD 1,200.50', 'US$1200.5', 'usd 1.200,50', '$ 1,200.50']
  test.each(spellings)('%s is found in every other spelling', (fact) => {
    for (const answer of spellings) expect(holds(`a total of ${answer}.`, fact), answer).toBe(true)
  })

  test.each([
    ['€12', '12,00 EUR'],
    ['12 €', '€12.00'],
    ['£3,000', 'GBP 3000'],
    ['-$5', '$-5.00'],
    ['(about $12)', '$12'],
    ['$12/month', '12 USD'],
    ['1\u202f200,50 €', '€1,200.50'],
    ['5 200 EUR', '€5200'],
    ['CHF 1\u2019200.50', 'CHF 1200.50'],
    ['12 dollars', '$12'],
    ['12 euros', '€12'],
    ['$12 CAD', 'CAD 12'],
    ['CAD $12', '12 CAD'],
    ['$12 USD', '$12'],
    ['12 $ CAD', 'CAD 12'],
  ])('%s holds %s', (answer, fact) => {
    expect(holds(answer, fact)).toBe(true)
  })

  test.each([
    ['$12.50', '$12'],
    ['$112', '$12'],
    ['$1,200', '$200'],
    ['12', '$12'],
    ['€12', '$12'],
    ['CA$12', '$12'],
    ['-$12', '$12'],
    ['$12', '-$12'],
    ['$12k', '$12'],
    ['$12 million', '$12'],
    ['$12-15', '$12'],
    ['10-12 USD', '12 USD'],
    ['$1.200', '$1,200'],
    ['12 USDT', '12 USD'],
    ['$12%', '$12'],
    ['$12 CAD', '$12'],
    ['AUD $12', '$12'],
    ['12 $ CAD', '12 $'],
    ['€12 USD', '€12'],
    ['1 200,50 €', '€200.50'],
    ['1 200 EUR', '€200'],
    ["CHF 1'200.50", 'CHF 1'],
    ["1'200 CHF", '200 CHF'],
    ['EUR 1 200', '€1'],
    ['12 Canadian dollars', '$12'],
    ['$12/15', '$12'],
  ])('%s does not hold %s', (answer, fact) => {
    expect(holds(answer, fact)).toBe(false)
  })

  test('is found however it is written, and no other amount is', () => {
    const cents = fc.nat({ max: 999_999_999 })
    const write = (of: number, form: number) => {
      const [units, rest] = [Math.floor(of / 100), String(of % 100).padStart(2, '0')]
      const groups = units.toLocaleString('en')
      return [
        `$${groups}.${rest}`,
        `${units}.${rest} USD`,
        `USD ${groups}.${rest}`,
        `${groups.replaceAll(',', '.')},${rest} usd`,
      ][form] as string
    }
    const form = fc.nat({ max: 3 })
    fc.assert(
      fc.property(cents, cents, form, form, (one, other, a, b) => {
        expect(holds(`pay ${write(one, a)} now`, write(one, b))).toBe(true)
        expect(holds(`pay ${write(other, a)} now`, write(one, b))).toBe(one === other)
      }),
      { numRuns: 500 },
    )
  })
})

describe('an identifier', () => {
  test.each(['INC-0042', 'inc0042', 'INC_0042', 'Inc\u20110042', 'inc 0042', 'see INC0042, please', '(inc-0042)'])(
    '%s holds INC-0042',
    (answer) => {
      expect(holds(answer, 'INC-0042')).toBe(true)
    },
  )

  test.each([
    ['inc 42', 'INC-0042'],
    ['INC-42', 'INC-0042'],
    ['INC-00421', 'INC-0042'],
    ['INC-0042-7', 'INC-0042'],
    ['INC-0042-B', 'INC-0042'],
    ['XINC-0042', 'INC-0042'],
    ['AB-INC-0042', 'INC-0042'],
    ['it came in 42 days', 'IN-42'],
    ['A-1-2', 'A-12'],
    ['A-12', 'A-1-2'],
    ['AB1', 'A-B1'],
    ['112', '12'],
    ['INC-0042.5', 'INC-0042'],
    ['INC-0042/7', 'INC-0042'],
  ])('%s does not hold %s', (answer, fact) => {
    expect(holds(answer, fact)).toBe(false)
  })

  test('with a space of its own is found with it', () => {
    expect(holds('meet in room 12 at noon', 'Room 12')).toBe(true)
    expect(holds('meet in room-12', 'room 12')).toBe(true)
    expect(holds('meet in room 123', 'room 12')).toBe(false)
  })

  const pieces = fc.tuple(fc.stringMatching(/^[A-Z]{2,4}$/), fc.stringMatching(/^\d{2,6}$/))
  test('is found without its dash and in other case; a changed digit never is', () => {
    fc.assert(
      fc.property(pieces, fc.nat(), fc.integer({ min: 1, max: 9 }), ([letters, digits], at, by) => {
        const id = `${letters}-${digits}`
        for (const text of [id, `${letters}${digits}`, `${letters}_${digits}`.toLowerCase(), `so ${id}, then`])
          expect(holds(text, id)).toBe(true)
        const place = at % digits.length
        const changed = digits.slice(0, place) + ((Number(digits[place]) + by) % 10) + digits.slice(place + 1)
        for (const text of [
          `${letters}-${changed}`,
          `${letters}${changed}`,
          `${letters} ${changed}`,
          `x ${id}${digits}`,
        ])
          expect(holds(text, id)).toBe(false)
      }),
    )
  })
})

describe('a whole number', () => {
  test.each([
    ['1,200 units', '1200', true],
    ['1200', '1,200', true],
    ['11,200', '1200', false],
    ['1,200.5', '1200', false],
    ['1,2000', '12000', false],
    ['0042', '42', false],
    ['-1200', '1200', false],
    ['12-1200', '1200', false],
  ])('%s for %s: %s', (answer, fact, found) => {
    expect(holds(answer, fact)).toBe(found)
  })

  test('counts by value where the answer is a number', () => {
    expect(holdsFact(1200, ['1,200'])).toBe(true)
    expect(holdsFact(1200, ['$1,200'])).toBe(false)
  })

  test('a changed digit never matches, whatever the fact', () => {
    const facts = fc.oneof(
      fc.nat({ max: 999_999_999 }).map((n) => n.toLocaleString('en')),
      fc.stringMatching(/^[a-z]{0,3}-?\d{1,8}$/),
    )
    fc.assert(
      fc.property(facts, fc.nat(), fc.integer({ min: 1, max: 9 }), (fact, at, by) => {
        const digits = Array.from(fact.matchAll(/\d/g), ({ index }) => index)
        const place = digits[at % digits.length] as number
        const changed = fact.slice(0, place) + ((Number(fact[place]) + by) % 10) + fact.slice(place + 1)
        expect(holds(changed, fact)).toBe(false)
        expect(holds(`about ${changed} of them`, fact)).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })
})
