import { expect, test } from 'vitest'
import type { Proof } from '../../src/policy/policy-file.ts'
import { standingProof } from '../../src/policy/proof.ts'

const subject = { workload: 'w', lane: 'l', options_sha256: 'a', contract_sha256: 'b' }
const now = new Date('2026-01-02T12:00:00Z')
const ago = (minutes: number, boot_id?: string): Proof => ({
  ...subject,
  proven: new Date(now.getTime() - minutes * 60_000).toISOString(),
  conditions: [],
  evidence_ids: [],
  ...(boot_id !== undefined && { boot_id }),
})
const stands = (proof: Proof, moment: Partial<Parameters<typeof standingProof>[3]> = {}) =>
  standingProof([proof], subject, { proof_valid: '1h' }, { now, boot_id: 'boot-1', ...moment }) !== undefined

test('a proof stands within its time, of this start of the machine, and never before it was made', () => {
  expect(stands(ago(59, 'boot-1'))).toBe(true)
  expect(stands(ago(60, 'boot-1'))).toBe(false)
  expect(stands(ago(1, 'boot-0'))).toBe(false)
  expect(stands(ago(-1, 'boot-1'))).toBe(false)
})

test('where starts have no name, a proof from before the machine was up does not stand', () => {
  expect(stands(ago(30), { boot_id: undefined, up_ms: 31 * 60_000 })).toBe(true)
  expect(stands(ago(30), { boot_id: undefined, up_ms: 29 * 60_000 })).toBe(false)
})
