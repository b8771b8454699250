import { describe, expect, it } from 'vitest'
import type { CapabilitySubject } from '../../src/evidence/capability-schema.ts'
import { type Evidence, evidenceSchema } from '../../src/evidence/schema.ts'
import { capabilitySubject, decideCapability } from '../../src/probes/capability-carried.ts'
import { answeredOutcome, asked, capabilityRecord } from '../support/capability-evidence.ts'
import { benchConfig } from '../support/evidence.ts'

const earlier = capabilityRecord()
const now = (changes: Partial<CapabilitySubject> = {}): CapabilitySubject => ({ ...earlier.subject, ...changes })
const because = (...args: Parameters<typeof decideCapability>) => {
  const decision = decideCapability(...args)
  return 'ask' in decision ? decision.ask.because : 'carried'
}

describe("an earlier run's matrix", () => {
  it('is carried where runtime, model and settings are the same, with the run that asked', () => {
    const origin = { run_id: 'then', evidence_id: 'capability-1', at: '2026-01-01T00:00:00.000Z' }
    const { id: _id, run_id: _run, at: _at, asked_because: _because, ...facts } = earlier
    const decision = decideCapability(earlier, now(), 20)
    expect(decision).toEqual({ carry: { ...facts, carried_from: origin } })
    // Carried on from one that was carried: the origin stays.
    const carried = { ...earlier, id: 'capability-2', run_id: 'later', carried_from: origin }
    expect(decideCapability(carried, now(), 20)).toMatchObject({ carry: { carried_from: origin } })
  })

  it('is asked anew when the version of the runtime or the model changed, and kept to be compared', () => {
    const kept = { run_id: 'then', subject: earlier.subject, combinations: earlier.combinations }
    expect(decideCapability(earlier, now({ server_build: 'build 2' }), 20)).toMatchObject({
      ask: { because: 'runtime-changed', earlier: kept },
    })
    expect(decideCapability(earlier, now({ version: '1.2.3' }), 20)).toMatchObject({
      ask: { because: 'runtime-changed' },
    })
    for (const model of [{ weights_sha256: '2'.repeat(64) }, { digest: 'd' }, { template_sha256: '3'.repeat(64) }])
      expect(decideCapability(earlier, now(model), 20)).toMatchObject({
        ask: { because: 'model-changed', earlier: kept },
      })
  })

  it('is asked anew for other settings or questions, or where there is none', () => {
    expect(because(undefined, now(), 20)).toBe('nothing-earlier')
    expect(because(earlier, now({ options_sha256: '4'.repeat(64) }), 20)).toBe('settings-changed')
    expect(because(earlier, now({ questions: 2 }), 20)).toBe('questions-changed')
  })

  it('is not carried where the runtime does not tell its version or its model', () => {
    const { server_build: _build, ...unversioned } = earlier.subject
    expect(because({ ...earlier, subject: unversioned }, unversioned, 20)).toBe('not-told-apart')
    const { weights_sha256: _weights, ...unhashed } = earlier.subject
    expect(because({ ...earlier, subject: unhashed }, unhashed, 20)).toBe('not-told-apart')
  })

  it('is asked anew where a passing failure or a smaller cap left something out', () => {
    const failed = (code: 'queue-full' | 'request-refused', status: number) =>
      capabilityRecord([asked({}, { state: 'failed', code, status, message: 'no', total_ms: 1 })])
    expect(because(failed('queue-full', 503), now(), 20)).toBe('incomplete')
    expect(because(failed('request-refused', 400), now(), 20)).toBe('carried')
    const capped = capabilityRecord([
      asked({}, answeredOutcome()),
      asked({ stream: false }, { state: 'not-asked', reason: 'time-cap' }),
    ])
    expect(because(capped, now(), 60)).toBe('incomplete')
    expect(because(capped, now(), 20)).toBe('carried')
    expect(because(capabilityRecord([asked({}, { state: 'not-asked', reason: 'lane-gone' })]), now(), 20)).toBe(
      'incomplete',
    )
  })
})

it('the runtime and model of a lane are those of its last look that describes them', () => {
  const look = (at: string, changes: object): Evidence =>
    evidenceSchema.parse({
      kind: 'lane',
      id: `lane-${at}`,
      run_id: 'run',
      at: `2026-01-01T00:00:0${at}.000Z`,
      lane: 'local',
      runtime: 'here',
      location: 'local',
      rung: 'loaded',
      requested_model: 'smollm2-135m-instruct',
      ...changes,
    })
  const looks = [
    look('1', { version: 'one', description: { digest: 'a' } }),
    look('2', { version: 'two', description: { digest: 'b', server_build: 'build' } }),
    look('3', { failure: { code: 'unreachable', message: 'gone' } }),
  ]
  expect(capabilitySubject(benchConfig(), 'local', looks)).toMatchObject({
    runtime: 'embedded',
    version: 'two',
    digest: 'b',
    server_build: 'build',
  })
  expect(capabilitySubject(benchConfig(), 'local-two', looks)).toBeUndefined()
})
