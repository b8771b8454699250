import type { Completion } from '../evidence/schema.ts'

/** A lane stopped answering in the middle of its records. What it answered before is kept. */
export class LaneEnded extends Error {
  override readonly name = 'LaneEnded'
  constructor(asked: number, records: number, last: Completion | undefined) {
    const why = last?.outcome.state === 'failed' ? `${last.record_id}: ${last.outcome.message}` : 'the run was ended'
    super(`answered ${Math.max(0, asked - 1)} of ${records} records, then stopped. ${why}`)
  }
}
