import { describe, expect, test } from 'vitest'
import { assessInterference, describeOthers } from '../../src/assessment/interference.ts'
import { assessMachineUse } from '../../src/assessment/lane-machine.ts'
import { assessThrottling } from '../../src/assessment/throttling.ts'
import { laneOptionsSha256 } from '../../src/evidence/lane-options.ts'
import { type Completion, type Evidence, type EvidenceOf, evidenceSchema } from '../../src/evidence/schema.ts'
import { megabytes } from '../../src/gates/wording.ts'
import { benchConfig, completion, memory } from '../support/evidence.ts'

const config = benchConfig()
const options_sha256 = laneOptionsSha256(config, 'local')

function interference(idle_ms: number[], answering_ms: number[]): EvidenceOf<'interference'> {
  return evidenceSchema.parse({
    kind: 'interference',
    id: 'interference-1',
    run_id: 'run',
    at: '2026-01-01T00:00:00Z',
    lane: 'local',
    options_sha256,
    task: 'a task',
    idle_ms,
    answering_ms,
    calls: 2,
    largest_by_memory: [{ name: 'firefox', resident_bytes: 1.2e9, cores: 0.05 }],
    largest_by_processor: [{ name: 'tsc', resident_bytes: 4e8, cores: 0.9 }],
    total_ms: 6000,
  }) as EvidenceOf<'interference'>
}
/** n durations around a middle, spread evenly by a tenth. */
const around = (middle: number, n = 60) => Array.from({ length: n }, (_, index) => middle * (0.95 + (0.1 * index) / n))

describe('interference', () => {
  test('is a ratio with its interval and n, and the machine is usable where all of it is below the limit', () => {
    const found = assessInterference(interference(around(4), around(6)), 2)
    expect(found).toMatchObject({ usability: 'usable', evidence_ids: ['interference-1'] })
    expect(found.ratio).toBeCloseTo(1.5, 2)
    expect(found.interval?.lower).toBeLessThan(1.5)
    expect(found.interval?.upper).toBeGreaterThan(1.5)
    expect(found.text).toMatch(
      /^a small fixed task of another program takes 1\.50 times as long while it answers \(95 %: 1\.4\d to 1\.5\d; n = 60 idle, 60 answering; median 4 ms and 6 ms, p95 4 ms and 6 ms\): the machine stays usable \(limit 2\)$/,
    )
  })

  test('slows the machine where the whole interval is above the limit, and is unclear where the limit is inside', () => {
    expect(assessInterference(interference(around(4), around(12)), 2).usability).toBe('slowed')
    expect(assessInterference(interference(around(4), around(8)), 2).usability).toBe('unclear')
  })

  test('is not measured by a few repetitions', () => {
    expect(assessInterference(interference(around(4), around(12, 9)), 2)).toMatchObject({
      usability: 'not-measured',
      text: 'too few to say what it does to other programs: 60 repetitions idle and 9 while it answered',
    })
    const untimed = Array<number>(12).fill(0)
    expect(assessInterference(interference(untimed, untimed), 2).usability).toBe('not-measured')
    expect(assessInterference(interference([...untimed, 4, 5], around(9)), 2).usability).toBe('not-measured')
  })

  test('names the largest other programs', () => {
    const { largest_by_memory = [], largest_by_processor = [] } = assessInterference(interference([], []), 2)
    expect(describeOthers(largest_by_memory, 'memory', megabytes)).toBe('firefox 1.2 GB')
    expect(describeOthers(largest_by_processor, 'processor', megabytes)).toBe('tsc 90 % of a core')
  })
})

describe('slowing in the course of a run', () => {
  /** Warm answers of 50 tokens, so many steps of a second's fraction each. */
  function answers(speeds: readonly number[]): Completion[] {
    return speeds.map((speed, index) => {
      const one = completion({ record: `r-${index}` })
      if (one.outcome.state !== 'answered') throw new Error('it did not answer')
      const timing = { ...one.outcome.timing, server_generation_ms: (1000 * 49) / speed }
      return { ...one, outcome: { ...one.outcome, timing } }
    })
  }

  test('is found by the last third against the first, with its size and interval', () => {
    const found = assessThrottling(answers([100, 101, 99, 102, 90, 90, 91, 90, 80, 81, 79, 80]), 'local')
    expect(found).toMatchObject({ state: 'slower', n: 4 })
    expect(found.change).toBeCloseTo(-0.2, 2)
    expect(found.text).toMatch(
      /^slows down in the course of the run: last third against first: −20\.\d % \(95 %: −2\d\.\d % to −1\d\.\d %\) generated tokens per second, n = 4 and 4, p = 0\.029$/,
    )
  })

  test('is not evident where the thirds overlap, and not measured in fewer than twelve answers', () => {
    expect(assessThrottling(answers([100, 90, 99, 91, 90, 90, 91, 90, 98, 92, 99, 90]), 'local').state).toBe(
      'not-evident',
    )
    expect(assessThrottling(answers(Array(11).fill(100)), 'local')).toMatchObject({
      state: 'not-measured',
      text: expect.stringContaining('11 timed answers, 12 are needed'),
    })
  })

  test('leaves the cold answer out, and goes by the time of recording, not by the order of the evidence', () => {
    const slower = answers([100, 101, 99, 102, 90, 90, 91, 90, 80, 81, 79, 80])
    const cold = completion({ state: 'cold' })
    expect(assessThrottling([...slower.toReversed(), cold], 'local').state).toBe('slower')
  })

  test('is not claimed where one workload is slower than the other, nor where records are longer at the end', () => {
    const quick = answers([100, 101, 99, 102, 100, 101, 99, 102, 100])
    const slow = answers([50, 51, 49, 52, 50, 51, 49, 52, 50]).map((each) => ({ ...each, workload: 'other' }))
    expect(assessThrottling([...quick, ...slow], 'local')).toMatchObject({ state: 'not-evident', n: 6 })
    const longer = answers([100, 101, 99, 102, 90, 90, 91, 90, 80, 81, 79, 80]).map((each, index) => {
      if (each.outcome.state !== 'answered') throw new Error('it did not answer')
      const usage = { ...each.outcome.usage, prompt_tokens: 100 + 100 * index }
      return { ...each, outcome: { ...each.outcome, usage } }
    })
    expect(assessThrottling(longer, 'local')).toMatchObject({
      state: 'not-evident',
      text: expect.stringMatching(/, but its records are longer there$/),
    })
  })

  test('is found in two workloads together, each by its own thirds', () => {
    const slowing = answers([100, 101, 99, 90, 90, 91, 80, 81, 79])
    const too = answers([50, 51, 49, 45, 45, 46, 40, 41, 39]).map((each) => ({ ...each, workload: 'other' }))
    expect(assessThrottling([...slowing, ...too], 'local')).toMatchObject({ state: 'slower', n: 6 })
  })

  test('stands beside clock and temperature where these could be read', () => {
    const heated = {
      ...memory(40),
      clock_mhz: { before: 3600, lowest: 2100, after: 2200 },
      temperature_celsius: { before: 45, peak: 97.6, after: 95 },
    } as Evidence
    expect(assessThrottling([heated], 'local').text).toContain(
      'processor clock 3600 MHz before, 2100 at the lowest, 2200 after, temperature 45 °C before, 98 at the peak, 95 after',
    )
    expect(assessThrottling([memory(40)], 'local').text).toContain('temperature not readable')
  })
})

describe('what a lane takes of its machine', () => {
  const look = (changes: object = {}): Evidence =>
    evidenceSchema.parse({
      kind: 'headroom',
      id: 'headroom-1',
      run_id: 'run',
      at: '2026-01-01T00:00:00Z',
      lane: 'local',
      options_sha256,
      already_loaded: false,
      estimate: {
        weights_bytes: 98e6,
        cache_bytes: 24e6,
        margin_bytes: 76e6,
        total_bytes: 198e6,
        context: 1024,
        sequences: 1,
        cache_type: 'f16',
        at_most: false,
        from: 'file',
      },
      resident_before: 100_000_000,
      room_bytes: 9e9,
      refused: false,
      ...changes,
    })
  const taken = {
    ...memory(40),
    serving_rss: { before: 100_000_000, loaded: 296_000_000, peak: 310_000_000, after: 305_000_000 },
  } as Evidence

  test('is its estimate beside what the load really took, both cited', () => {
    expect(assessMachineUse([look(), taken], config, 'local')?.load).toEqual({
      estimated_bytes: 198_000_000,
      taken_bytes: 196_000_000,
      most_bytes: 210_000_000,
      taken_is: 'growth',
      refused: false,
      text: 'estimated 198 MB (weights 98 MB, cache for 1024 tokens 24 MB, margin 76 MB), took 196 MB, 210 MB at the most while it answered',
      evidence_ids: ['headroom-1', taken.id],
    })
  })

  test('is the whole server where it had loaded the model before', () => {
    const found = assessMachineUse([look({ already_loaded: true }), taken], config, 'local')?.load
    expect(found).toMatchObject({ taken_bytes: 296_000_000, taken_is: 'all-of-it' })
    expect(found?.text).toContain(
      'took 296 MB, 310 MB at the most while it answered (the whole server, which had loaded it before)',
    )
  })

  test('is no number where nothing was loaded, or there was no estimate', () => {
    expect(assessMachineUse([look({ refused: true }), taken], config, 'local')?.load?.text).toContain(
      'not loaded: it should take 198 MB, and 9.0 GB can be taken before critical',
    )
    const unknown = look({ estimate: undefined, no_estimate: 'this runtime does not say what it loads' })
    expect(assessMachineUse([unknown, taken], config, 'local')?.load).toMatchObject({
      text: 'no estimate: this runtime does not say what it loads, took 196 MB, 210 MB at the most while it answered',
    })
  })

  test('is not nought where the server put another model out for it', () => {
    const swapped = {
      ...taken,
      serving_rss: { before: 400_000_000, loaded: 296_000_000, peak: 310_000_000, after: 305_000_000 },
    } as Evidence
    const found = assessMachineUse([look({ resident_before: 400_000_000 }), swapped], config, 'local')?.load
    expect(found).not.toHaveProperty('taken_bytes')
    expect(found?.text).toMatch(/, what it took was not seen$/)
  })

  test('says what was given back', () => {
    const texts = [300_000_000, 210_000_000, 110_000_000].map((after) => {
      const moved = { ...taken, serving_rss: { before: 100_000_000, peak: 300_000_000, after } } as Evidence
      return assessMachineUse([moved], config, 'local')?.memory[0]?.text
    })
    expect(texts).toEqual([
      expect.stringContaining('300 MB after, kept;'),
      expect.stringContaining('210 MB after, 90 MB of 200 MB given back;'),
      expect.stringContaining('110 MB after, given back;'),
    ])
  })

  test('is nothing for a lane that runs elsewhere', () => {
    expect(assessMachineUse([], config, 'cloud')).toBeUndefined()
  })
})
