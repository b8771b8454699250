import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logContradictions } from '../../src/assessment/log-contradictions.ts'
import type { Completion } from '../../src/evidence/schema.ts'
import { benchConfig, completion } from '../support/evidence.ts'

const config = benchConfig({ lanes: '[local, cloud]' })
const minute = (number: number) => new Date(Date.UTC(2026, 4, 5, 9, number)).toISOString()
const block = (number: number, lines = 1, new_jobs = lines) => ({ minute: minute(number), lines, new_jobs })
const depth = (number: number, value: number) => ({ minute: minute(number), depth: value })
const asked = (number: number, changes: Parameters<typeof completion>[0] = {}): Completion => ({
  ...completion(changes),
  at: minute(number),
})
const failed = { failed: { code: 'unreachable' as const } }

test('blocks while a local lane answered are a contradiction, with the jobs and their share of the growth of the queue', () => {
  const answer = asked(5)
  const [found] = logContradictions(
    { blocks: [block(1, 3, 2), block(4, 2, 1)], queue: [depth(0, 3), depth(4, 7)] },
    [answer],
    config,
    'log-1',
  )
  expect(found).toMatchObject({ lines: 5, jobs: 3, queue_growth: 4, share_of_growth: 0.75 })
  expect(found?.evidence_ids).toEqual(['log-1', answer.id])
  expect(found?.text).toBe(
    'logs refuse local work 5 times (3 jobs) between 2026-05-05 09:01 and 2026-05-05 09:04 UTC, while local answered: ' +
      'the block is stale or looks at something else; the queue grew by 4 in that time, and these jobs are 75 % of it',
  )
})

test('blocks are none where nothing local answered near them: it was asked earlier, failed as near, or only the cloud answered', () => {
  const blocks = [block(30)]
  expect(logContradictions({ blocks, queue: [] }, [asked(10)], config)).toEqual([])
  expect(logContradictions({ blocks, queue: [] }, [asked(20), asked(29, failed)], config)).toEqual([])
  expect(logContradictions({ blocks, queue: [] }, [asked(30, { lane: 'cloud' })], config)).toEqual([])
  expect(logContradictions({ blocks, queue: [] }, [], config)).toEqual([])
})

test('a queue that did not grow, or of which nothing is known, gives no share', () => {
  for (const queue of [[], [depth(0, 5)], [depth(0, 5), depth(2, 5)], [depth(0, 5), depth(2, 3)]]) {
    const [found] = logContradictions({ blocks: [block(1), block(2)], queue }, [asked(2)], config)
    expect(found).toMatchObject({ jobs: 2 })
    expect(found).not.toHaveProperty('share_of_growth')
  }
})

test('no more is ever counted than the logs hold, and no share is above one', () => {
  const blocks = fc.array(fc.record({ at: fc.nat(59), lines: fc.integer({ min: 1, max: 9 }), jobs: fc.nat(9) }))
  const queue = fc.array(fc.record({ at: fc.nat(59), depth: fc.nat(50) }))
  const questions = fc.array(fc.record({ at: fc.nat(59), ok: fc.boolean() }))
  fc.assert(
    fc.property(blocks, queue, questions, (some, depths, all) => {
      const ordered = some.map(({ at, lines, jobs }) => block(at, lines, Math.min(jobs, lines)))
      const [found] = logContradictions(
        {
          blocks: ordered.sort((a, b) => (a.minute < b.minute ? -1 : 1)),
          queue: depths.map(({ at, depth: value }) => depth(at, value)).sort((a, b) => (a.minute < b.minute ? -1 : 1)),
        },
        all.map(({ at, ok }) => asked(at, ok ? {} : failed)),
        config,
      )
      if (!all.some(({ ok }) => ok)) expect(found).toBeUndefined()
      expect(found?.lines ?? 0).toBeLessThanOrEqual(some.reduce((sum, { lines }) => sum + lines, 0))
      expect(found?.share_of_growth ?? 0).toBeLessThanOrEqual(1)
    }),
  )
})
