import type { BenchConfig } from '../config/schema.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import { isSameWay } from '../evidence/same-combination.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import { changesSince, ownFindings, wayOf } from './capability-findings.ts'
import { type ReadCombination, readCombinations } from './capability-reading.ts'
import type { Statement } from './statement.ts'

/** What a lane's runtime makes of think, streams and schemas, in every way that it was asked. */
export interface CapabilityAssessment {
  /** The facts; a later run carries them on while runtime and model are the same. */
  readonly record: EvidenceOf<'capability'>
  readonly readings: readonly ReadCombination[]
  /** What is wrong with the way in which the lane asks its records, with a remedy. */
  readonly findings: readonly Statement[]
  readonly notes: readonly Statement[]
}

/** The last matrix of the lane under today's settings; undefined where there is none. Pure. */
export function assessCapability(
  evidence: readonly Evidence[],
  config: BenchConfig,
  lane: string,
): CapabilityAssessment | undefined {
  const options_sha256 = laneOptionsSha256(config, lane)
  const record = evidence.findLast(
    (each): each is EvidenceOf<'capability'> =>
      each.kind === 'capability' && each.lane === lane && each.subject.options_sha256 === options_sha256,
  )
  if (!record) return undefined
  const readings = readCombinations(record.combinations)
  const say = (text: string): Statement => ({ text, evidence_ids: [record.id] })
  return {
    record,
    readings,
    findings: ownFindings(record, readings, config).map(say),
    notes: [...ownNote(record, readings), ...changesSince(record, readings), ...askedNote(record, readings)].map(say),
  }
}

function ownNote({ own }: EvidenceOf<'capability'>, readings: readonly ReadCombination[]): string[] {
  const seen = readings.find((each) => isSameWay(each, own))
  const words: Partial<Record<ReadCombination['constraint'], string>> = {
    honoured: 'its schema is honoured',
    answered: 'it is answered',
    unreached: 'it was not reached: the tokens ended before an answer came',
    failed: 'it failed',
    'not-asked': 'it was not asked',
  }
  const word = seen && words[seen.constraint]
  return word ? [`as the lane asks (${wayOf(own)}), ${word}`] : []
}

function askedNote(record: EvidenceOf<'capability'>, readings: readonly ReadCombination[]): string[] {
  const { carried_from, seconds, total_ms } = record
  const asked = readings.filter(({ constraint }) => constraint !== 'not-asked').length
  const left = record.combinations.filter(
    ({ outcome }) => outcome.state === 'not-asked' && outcome.reason === 'time-cap',
  ).length
  const capped = left > 0 ? `; ${left} were left out under capability_probe.seconds (${seconds})` : ''
  return [
    carried_from
      ? `carried from ${carried_from.run_id} (${carried_from.at.slice(0, 10)}): the runtime and the model are the same; ${asked} ways were asked then${capped}`
      : `${asked} ways were asked in ${(total_ms / 1000).toFixed(1)} s${capped}`,
  ]
}
