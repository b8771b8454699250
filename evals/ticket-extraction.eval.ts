import { describe, expect } from 'bench-memo'

describe.lane('ticket-extraction', ({ test, records }) => {
  test('keeps its contract on 25 consecutive records', async ({ lane }) => {
    await expect(lane).toKeepContract(records, { consecutive: 25 })
  })

  test('finds the facts that route a ticket', async ({ lane }) => {
    await expect(lane).toFindFacts(records)
  })

  test('answers from the pinned weights, in time', async ({ lane }) => {
    await expect(lane).toProveIdentity(records)
    await expect(lane).toAnswerInTime(records)
  })
})
