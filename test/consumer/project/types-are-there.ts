// Only type-checked, never run. Where a type were missing, or `any`, an expected error would not come.

import type { Completion, DatasetRecord, Evidence, LaneBodyContext, TestLane, Verdict } from 'bench-memo'
import BenchMemoReporter, { describe, expect } from 'bench-memo'
import benchMemo, { type BenchMemoOptions } from 'bench-memo/plugin'
import type { Reporter, Vite } from 'vitest/node'

/** Assigned to only where both types are the same; `any` is the same as nothing else. */
type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

describe.lane('orders')
describe.skip.lane('orders')
describe.lane.only('orders', () => undefined)
describe.runIf(true).lane('orders')
describe.each([1, 2])('each %i', () => undefined)
// @ts-expect-error a workload has a name
describe.lane(1)
// @ts-expect-error there is no such modifier
describe.lane.sometimes('orders')

describe.lane('orders', ({ test, records, limits }) => {
  const seconds: Same<typeof limits.seconds_per_record, number> = true
  const all: Same<typeof records, readonly DatasetRecord[]> = true
  test('fixtures', async ({ lane, records: same, limits: sameLimits, expect: ofTest }) => {
    const types: [
      Same<typeof lane, TestLane>,
      Same<typeof same, typeof records>,
      Same<typeof sameLimits, typeof limits>,
    ] = [true, true, true]
    for (const record of records) {
      const completion = await lane.ask(record)
      const typed: Same<typeof completion, Completion> = true
      // @ts-expect-error a failed call has no answer
      completion.outcome.answer
      if (completion.outcome.state === 'answered') completion.outcome.answer.text satisfies string | undefined
      void typed
    }
    // @ts-expect-error a record, not its id
    await lane.ask('o-1')
    // @ts-expect-error which record
    await lane.ask()
    // @ts-expect-error there is no such gate
    await lane.judge('beauty')
    const verdict: Verdict = await lane.judge('latency')
    await expect(lane).toKeepContract(records, { consecutive: 25 })
    await ofTest(lane).toKeepContract(same)
    await expect(lane).not.toFindFacts(records)
    await expect(lane).toAnswerInTime(records)
    await expect(lane).toProveIdentity(records)
    // @ts-expect-error a number, not a text
    await expect(lane).toKeepContract(records, { consecutive: '25' })
    // @ts-expect-error records, not a count
    await expect(lane).toKeepContract(25)
    // @ts-expect-error there is no such matcher
    await expect(lane).toKeepPromises(records)
    void [types, verdict]
  })
  // @ts-expect-error there is no such fixture
  test('unknown fixture', ({ model }) => void model)
  void [seconds, all]
})

const plugins: Vite.Plugin[] = benchMemo({
  config: 'bench.config.yaml',
  evals: ['**/*.eval.ts'],
} satisfies BenchMemoOptions)
// @ts-expect-error a path, not a number
benchMemo({ config: 1 })
// @ts-expect-error there is no such option
benchMemo({ lanes: ['one'] })

const reporter: Reporter = new BenchMemoReporter({ failOn: 'never' })
// @ts-expect-error gate or never
new BenchMemoReporter({ failOn: 'always' })

function laneOf(evidence: Evidence): string | undefined {
  // @ts-expect-error a run belongs to no lane
  if (evidence.kind === 'run') return evidence.lane
  return evidence.kind === 'completion' ? evidence.lane : undefined
}

function body({ test }: LaneBodyContext): void {
  test('runs', ({ lane }) => expect(lane.model).toBe('echo'))
}

void [plugins, reporter, laneOf, body]
