import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { machineSchema } from '../../src/config/machine-schema.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type Evidence, type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { judge } from '../../src/gates/judge.ts'
import { memoryState } from '../../src/gates/memory-state.ts'
import { benchConfig, memory } from '../support/evidence.ts'

const limits = machineSchema.parse({}).memory
const total = 1000
type Facts = EvidenceOf<'memory'>

function facts(changes: Partial<Facts>): Facts {
  return evidenceSchema.parse({ ...memory(40), ...changes }) as Facts
}
/** A machine whose memory in use was held at these percents for 1, 2, 5, 10 and 30 s. */
function held(peak: number, ...levels: number[]): Partial<Facts> {
  return {
    machine: {
      total,
      used: {
        before: 100,
        peak: 10 * peak,
        after: 100,
        held: levels.map((level, index) => ({ seconds: [1, 2, 5, 10, 30][index] as number, level: 10 * level })),
      },
      swap_used: { before: 0, peak: 0, after: 0 },
    },
  }
}
function growing(from: number, to: number, every_ms = 1000, points = 64): Partial<Facts> {
  const lowest = Array.from({ length: points }, (_, index) => Math.round(from + ((to - from) * index) / (points - 1)))
  const used = { before: from, peak: to, after: to, held: [], series: { every_ms, lowest } }
  return { machine: { total: 10_000, used, swap_used: { before: 0, peak: 0, after: 0 } } }
}
const stateOf = (changes: Partial<Facts>, more: Partial<typeof limits> = {}) =>
  memoryState(facts(changes), { ...limits, ...more })

describe('the state of memory', () => {
  test('is ok below caution, and unknown where the machine was not read', () => {
    expect(stateOf(held(79, 79, 79, 79))).toEqual({ state: 'ok', findings: [] })
    const unread = { state: 'unknown', text: 'the memory of this machine was not read' }
    expect(stateOf({ machine: undefined })).toEqual({ state: 'unknown', findings: [unread] })
    expect(stateOf({ machine: undefined, oom_kills: 1 }).state, 'what was seen still counts').toBe('critical')
  })

  test('does not follow one sample: what was not held for five seconds is told and decides nothing', () => {
    expect(stateOf(held(99, 95, 93, 40))).toEqual({
      state: 'ok',
      findings: [
        {
          state: 'ok',
          text: 'memory in use below caution (80 %), though a short peak reached 99 %, above critical (92 %)',
        },
      ],
    })
  })

  test('follows what lasted', () => {
    expect(stateOf(held(99, 96, 95, 93, 50))).toMatchObject({
      state: 'critical',
      findings: [{ text: 'memory in use reached 93 % for 5 s, critical is 92 %' }],
    })
    expect(stateOf(held(99, 96, 90, 85, 50))).toMatchObject({
      state: 'caution',
      findings: [{ condition: 'memory in use stays below 80 %' }],
    })
    expect(stateOf(held(99, 96, 90, 40), { sustained_seconds: 1 }).state).toBe('critical')
  })

  test('is unknown where nobody watched long enough to tell a peak beyond critical from a state', () => {
    expect(stateOf(held(93)).state).toBe('unknown')
    expect(stateOf(held(85)).state).toBe('caution')
    expect(stateOf(held(79)).state).toBe('ok')
    const { machine } = held(93)
    const { held: _, ...unwatched } = machine?.used ?? { before: 0, peak: 0, after: 0 }
    expect(stateOf({ machine: { ...machine, used: unwatched } as Facts['machine'] }).state).toBe('critical')
  })

  test('names the time that was watched, where that was shorter than the config asks', () => {
    expect(stateOf(held(97, 93))).toMatchObject({
      state: 'critical',
      findings: [{ text: 'memory in use reached 93 % for 1 s, critical is 92 %' }],
    })
  })

  test('is never better for more memory that was held', () => {
    const rank = ['ok', 'caution', 'critical']
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)]
        const of = (level: number) => rank.indexOf(stateOf(held(level, level, level, level)).state)
        expect(of(less)).toBeLessThanOrEqual(of(more))
      }),
    )
  })

  test('is that of the tighter of machine and control group', () => {
    const cgroup = {
      version: 2 as const,
      limit: 500e6,
      used: { before: 0, peak: 480e6, after: 0, held: [{ seconds: 5, level: 470e6 }] },
    } satisfies Facts['cgroup']
    expect(stateOf({ ...held(40, 40, 40, 40), cgroup })).toMatchObject({
      state: 'critical',
      findings: [{ text: 'memory in use of its control group (limit 500 MB) reached 94 % for 5 s, critical is 92 %' }],
    })
  })

  test('sees a growth that leads to critical within what can be foreseen', () => {
    expect(stateOf(growing(3000, 7500))).toMatchObject({
      state: 'caution',
      findings: [
        {
          condition: 'memory in use stops growing',
          text: expect.stringMatching(
            /^memory in use grew by .* a minute; at that rate it is critical \(92 %\) in 24 s$/,
          ),
        },
      ],
    })
    expect(stateOf(growing(3000, 7500), { trend_minutes: 0 }).state).toBe('ok')
    // No more than ten times what was watched, however long trend_minutes is.
    expect(stateOf(growing(3000, 3300), { trend_minutes: 10_000 }).state).toBe('ok')
    expect(stateOf(growing(7500, 3000)).state).toBe('ok')
    expect(stateOf(growing(3000, 7500, 250)).state).toBe('ok')
  })

  test('is bad where programs stand still for want of memory, swap comes back, or the kernel kills', () => {
    const fine = held(40, 40, 40, 40)
    const stalled = (some: number, full: number) =>
      ({ ...fine, stalled: { some_avg10_peak: some, full_avg10_peak: full, some_ms: 1, full_ms: 1 } }) as Partial<Facts>
    const swapped = (rate: number) =>
      ({ ...fine, swapped: { in_bytes: 1, out_bytes: 0, highest_in_per_second: rate } }) as Partial<Facts>
    const levels = (normal: number, warning: number, critical: number) =>
      ({ ...fine, pressure_levels: { normal, warning, critical } }) as Partial<Facts>
    expect(
      [
        stalled(9, 9),
        stalled(11, 9),
        stalled(30, 25),
        swapped(999_999),
        swapped(1_000_000),
        swapped(20_000_000),
        { ...fine, oom_kills: 0 },
        { ...fine, oom_kills: 1 },
        levels(50, 1, 0),
        levels(50, 1, 1),
        levels(50, 0, 2),
      ].map((each) => stateOf(each).state),
    ).toEqual(['ok', 'caution', 'critical', 'ok', 'caution', 'critical', 'ok', 'critical', 'ok', 'caution', 'critical'])
  })
})

describe('the memory gate', () => {
  const config = benchConfig()
  const verdictOf = (...evidence: Evidence[]) => judge('memory', { config, lane: 'local', workload: 'work', evidence })

  test('passes under all conditions of the worst record, and fails on what is critical in any', () => {
    const caution = facts({ ...held(85, 85, 85, 85), oom_kills: 0 })
    expect(verdictOf(facts(held(40, 40, 40, 40)), caution)).toMatchObject({
      status: 'pass',
      condition: 'memory in use stays below 80 %',
      n: 2,
    })
    expect(verdictOf(caution, facts({ ...held(40, 40, 40, 40), oom_kills: 2 }))).toMatchObject({
      status: 'fail',
      reason: 'the kernel killed 2 processes for want of memory',
    })
  })

  test('does not pass what is unknown', () => {
    expect(verdictOf(facts({ machine: undefined })).status).toBe('not-measured')
    expect(verdictOf(facts(held(40, 40, 40, 40)), facts({ machine: undefined })).status).toBe('insufficient')
  })

  test('fails for a kill, also where the memory of the machine was not read', () => {
    const killed = facts({ machine: undefined, oom_kills: 2 })
    expect(verdictOf(killed)).toMatchObject({ status: 'fail', observed: expect.stringContaining('not read') })
    expect(verdictOf(facts(held(40, 40, 40, 40)), killed).status).toBe('fail')
  })

  test('is insufficient where memory was watched too briefly', () => {
    expect(verdictOf(facts(held(93)), facts(held(85, 85, 85, 85)))).toMatchObject({
      status: 'insufficient',
      reason: 'memory in use reached 93 %, critical is 92 %, and was watched too briefly to tell a moment from a state',
    })
  })

  const refusal = (changes: object = {}): Evidence =>
    evidenceSchema.parse({
      kind: 'headroom',
      id: 'headroom-1',
      run_id: 'run',
      at: '2026-01-01T00:00:00Z',
      lane: 'local',
      options_sha256: laneOptionsSha256(config, 'local'),
      already_loaded: false,
      estimate: {
        weights_bytes: 5e9,
        cache_bytes: 1e9,
        margin_bytes: 3e8,
        total_bytes: 6.3e9,
        context: 8192,
        sequences: 1,
        cache_type: 'f16',
        at_most: false,
        from: 'file',
      },
      room_bytes: 2e9,
      refused: true,
      ...changes,
    })

  test('fails where the model was not loaded, by the estimate and the room that there was', () => {
    expect(verdictOf(refusal())).toMatchObject({
      status: 'fail',
      reason: 'the model was not loaded: it should take 6.3 GB, and 2.0 GB can be taken before critical',
      evidence_ids: ['headroom-1'],
    })
  })

  test('forgets a refusal after which the model was loaded, or that other settings of the lane met', () => {
    const later = refusal({ id: 'headroom-2', refused: false })
    expect(verdictOf(refusal(), later, memory(40)).status).toBe('pass')
    expect(verdictOf(refusal({ options_sha256: 'd'.repeat(64) }), memory(40)).status).toBe('pass')
  })
})
