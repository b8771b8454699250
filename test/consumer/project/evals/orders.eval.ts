import { describe, expect } from 'bench-memo'

describe.lane('order-numbers')

describe.lane('order-check', ({ test, records }) => {
  test('gives the records and the limits as fixtures', ({ lane, records: same, limits }) => {
    expect(lane.workload).toBe('order-check')
    expect(same).toBe(records)
    expect(limits.seconds_per_record).toBeGreaterThan(0)
  })

  test('answers a single record', async ({ lane, records: [first] }) => {
    expect.assert(first)
    const { outcome, record_id } = await lane.ask(first)
    expect(outcome.state).toBe('answered')
    expect(record_id).toBe(first.id)
  })

  test('keeps its contract', async ({ lane }) => {
    await expect(lane).toKeepContract(records, { consecutive: 8 })
  })

  test('finds the order numbers in time', async ({ lane }) => {
    await expect(lane).toFindFacts(records)
    await expect(lane).toAnswerInTime(records)
  })

  test('proves which model answered', async ({ lane }) => {
    await expect(lane).toProveIdentity(records)
  })
})
