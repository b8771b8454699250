import { canonicalJson } from '../evidence/read.ts'
import type { Completion, Evidence, EvidenceOf } from '../evidence/schema.ts'
import type { TrialParts } from '../evidence/trial-schema.ts'
import { type Answered, datasetRecords, isAnswered, recordedCompletions } from '../gates/verdict.ts'
import { count } from '../gates/wording.ts'

/** What one run holds of a lane at a workload, and under which premises it was measured. */
export interface Side {
  readonly evidence: readonly Evidence[]
  readonly lane: string
  /** To records of the dataset, answered or not, whatever settings the config has today. */
  readonly completions: readonly Completion[]
  /** The first of those that were answered; absent where none was. */
  readonly answer?: Answered
  /** What its fingerprint was made of; absent in evidence of versions that did not write it down. */
  readonly parts?: TrialParts
  readonly machine?: EvidenceOf<'machine'>
  readonly dataset_sha256?: string
  /** Of bench-memo and what it runs on. */
  readonly versions: Readonly<Record<string, string>>
  /** Why this side cannot be compared with any other. */
  readonly problem?: string
}

/** Pure. */
export function sideOf(evidence: readonly Evidence[], lane: string, workload: string): Side {
  const known = datasetRecords({ evidence, workload })
  const completions = recordedCompletions({ evidence, lane, workload }).filter(
    ({ record_sha256 }) => known?.has(record_sha256) ?? true,
  )
  const answered = completions.filter(isAnswered)
  const [answer] = answered
  const parts = partsOf(evidence, lane, workload, answered)
  const machines = distinct(
    evidence.filter((each) => each.kind === 'machine'),
    ({ fingerprint }) => fingerprint,
  )
  const datasets = distinct(
    evidence.filter((each) => each.kind === 'dataset').filter((each) => each.workload === workload),
    ({ sha256 }) => sha256,
  )
  const problem = problemOf({ completions, answered, parts, machines, datasets, evidence, lane, workload })
  return {
    evidence,
    lane,
    completions,
    ...(answer && { answer }),
    ...(parts.length === 1 && parts[0] && { parts: parts[0] }),
    ...(machines.length === 1 && machines[0] && { machine: machines[0] }),
    ...(datasets[0] && { dataset_sha256: datasets[0].sha256 }),
    versions: evidence.find((each) => each.kind === 'run')?.versions ?? {},
    ...(problem !== undefined && { problem }),
  }
}

function partsOf(
  evidence: readonly Evidence[],
  lane: string,
  workload: string,
  answered: readonly Answered[],
): TrialParts[] {
  const fingerprints = new Set(answered.map(({ fingerprint }) => fingerprint))
  const trials = evidence.flatMap((each) =>
    each.kind === 'trial' && each.lane === lane && each.workload === workload && fingerprints.has(each.fingerprint)
      ? [each.parts]
      : [],
  )
  return distinct(trials, canonicalJson)
}

function problemOf(found: {
  readonly completions: readonly Completion[]
  readonly answered: readonly Answered[]
  readonly parts: readonly TrialParts[]
  readonly machines: readonly unknown[]
  readonly datasets: readonly unknown[]
  readonly evidence: readonly Evidence[]
  readonly lane: string
  readonly workload: string
}): string | undefined {
  const { completions, answered, parts, machines, datasets, evidence, lane, workload } = found
  if (completions.length === 0) return 'it holds no answer of this lane to this workload'
  const [first] = answered
  if (!first) {
    const why = completions.flatMap(({ outcome }) => (outcome.state === 'failed' ? [outcome.message] : []))
    return `none of its ${count(completions.length, 'record')} was answered: ${why[0]}`
  }
  if (answered.some(({ fingerprint }) => fingerprint !== first.fingerprint)) {
    return 'its answers are of several models, prompts, schemas or options: which of them is meant is not said'
  }
  if (parts.length > 1) return 'its runtime, limits or dataset changed while it ran'
  if (datasets.length > 1) return 'its dataset changed while it ran'
  if (machines.length > 1) return 'it was taken on several machines'
  const stopped = evidence.find(
    // Of what was asked before a stop, the last record is a failure by rule, so no share of it is fair.
    (each) => each.kind === 'curtailment' && each.lane === lane && each.workload === workload,
  )
  return stopped && 'it was stopped early, so that what it asked is no fair sample of its records'
}

function distinct<Each>(all: readonly Each[], keyOf: (each: Each) => string): Each[] {
  return [...new Map(all.map((each) => [keyOf(each), each])).values()]
}
