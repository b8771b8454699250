import type { BenchConfig, LaneConfig, WorkloadConfig } from '../config/schema.ts'
import { baselineAnswer } from '../datasets/baseline.ts'
import type { Dataset, DatasetRecord } from '../datasets/dataset.ts'
import { datasetFacts } from '../datasets/dataset-facts.ts'
import { examine } from '../datasets/examine.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { Completion, Evidence, EvidenceOf } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import { trialFingerprint } from '../lanes/trial-fingerprint.ts'
import { checksSha256, trialSha256 } from '../lanes/trial-keys.ts'
import { type PartsOf, trialPartsOf } from '../lanes/trial-parts.ts'
import { tallyRefusals } from './refusals.ts'
import { whyOtherRequest, whyUnreadable } from './why-refused.ts'

export interface RejudgingInput {
  readonly evidence: readonly Evidence[]
  /** Today's; its lanes those that the evidence was taken under. */
  readonly config: BenchConfig
  /** Of the file. */
  readonly config_sha256: string
  /** Today's, by workload. */
  readonly datasets: ReadonlyMap<string, Dataset>
}

/**
 * Evidence of a run as if its answers were given today: examined by today's schema, facts and checkers, without asking
 * a model. An answer to another request, or one that is not stored as it was said, becomes a call without an answer, so
 * that it counts as missing and not as gone. Times and memory are left out, and so are the verdicts of then. Pure.
 * @returns in the order of the evidence, then one record of kind `rejudging`
 */
export function rejudge({ evidence, config, config_sha256, datasets }: RejudgingInput): Evidence[] {
  const desks = new Map<string, Desk>()
  const deskOf = (workload: string, lane: string): Desk | undefined => {
    const dataset = datasets.get(workload)
    if (!dataset || !config.lanes[lane] || !config.workloads[workload]?.lanes.includes(lane)) return undefined
    const key = `${workload} ${lane}`
    const desk = desks.get(key) ?? openDesk(evidence, config, workload, lane, dataset)
    desks.set(key, desk)
    return desk
  }
  const refusals: { completion: Completion; why: string }[] = []
  let taken = 0
  const judged = evidence.flatMap((each): Evidence[] => {
    switch (each.kind) {
      case 'completion': {
        const desk = deskOf(each.workload, each.lane)
        if (!desk) {
          refusals.push({ completion: each, why: 'the config no longer has its workload, or its lane there' })
          return []
        }
        const { completion, why } = desk.judge(each)
        if (why !== undefined) refusals.push({ completion: each, why })
        else if (completion.outcome.state === 'answered') taken += 1
        return [completion]
      }
      case 'trial':
        return [deskOf(each.workload, each.lane)?.renew(each) ?? each]
      case 'attempts':
        return deskOf(each.workload, each.lane)?.isCheckedAsThen() ? [each] : []
      case 'dataset': {
        const dataset = datasets.get(each.workload)
        return dataset ? [{ ...each, ...datasetFacts(each.workload, dataset) } as Evidence] : []
      }
      case 'baseline':
        return renewBaseline(each, datasets.get(each.workload))
      case 'lane': {
        const { load_ms: _time, ...look } = each
        return [look]
      }
      case 'run':
      case 'machine':
      case 'context':
      case 'worker':
      case 'fault':
      case 'capability':
      case 'curtailment':
      case 'incident':
        return [each]
      default:
        // Times, memory, verdicts of then, and whatever is not known to hold without a run.
        return []
    }
  })
  const [first] = evidence
  if (!first) return []
  return [
    ...judged,
    {
      kind: 'rejudging',
      id: `rejudging-${first.run_id}`,
      run_id: first.run_id,
      at: evidence.at(-1)?.at ?? first.at,
      source_runs: evidence.flatMap((each) =>
        each.kind === 'run' ? [{ run_id: each.run_id, config_sha256: each.config_sha256 }] : [],
      ),
      config_sha256,
      taken,
      refused: tallyRefusals(refusals),
    },
  ]
}

/** What the answers of one lane to one workload are judged by. */
interface Desk {
  judge(completion: Completion): { readonly completion: Completion; readonly why?: string }
  /** What the fingerprints of judged answers are made of today. */
  renew(trial: EvidenceOf<'trial'>): EvidenceOf<'trial'>
  /** False where facts or checkers are others than the run's, so that faults of earlier runs were found otherwise. */
  isCheckedAsThen(): boolean
}

function openDesk(
  evidence: readonly Evidence[],
  config: BenchConfig,
  workload: string,
  lane: string,
  dataset: Dataset,
): Desk {
  const partsOf = trialPartsOf(config, lane, workload, dataset)
  const fingerprintOf = trialFingerprint(
    config.lanes[lane] as LaneConfig,
    config.workloads[workload] as WorkloadConfig,
    dataset,
  )
  const options_sha256 = laneOptionsSha256(config, lane)
  const records = new Map(dataset.records.map((record) => [sha256(record.input), record]))
  const own = evidence.filter(
    (each) => 'lane' in each && each.lane === lane && 'workload' in each && each.workload === workload,
  )
  const trials = own.filter((each) => each.kind === 'trial')
  const recordedOf = (fingerprint: string) =>
    trials.flatMap((each) => (each.fingerprint === fingerprint ? [each.parts] : []))
  return {
    judge(completion) {
      const { identity, fingerprint } = completion
      const record = records.get(completion.record_sha256)
      const now = partsOf(identity)
      const today = fingerprintOf(identity)
      const key = { config, lane, dataset, recorded: recordedOf(fingerprint), now, fingerprint: today }
      // A call that failed has no answer to refuse. What it was asked may be unknown, since its model often is.
      const isFailed = completion.outcome.state === 'failed'
      const why = (isFailed ? undefined : whyOtherRequest(completion, record, key)) ?? whyUnreadable(completion)
      if (why !== undefined) return { completion: withhold(completion, why), why }
      return {
        completion: examinedAnew(
          { ...completion, fingerprint: today, trial_sha256: trialSha256(now), options_sha256 },
          record,
          dataset,
        ),
      }
    },
    renew(trial) {
      const answer = own.find((each) => each.kind === 'completion' && each.fingerprint === trial.fingerprint)
      if (answer?.kind !== 'completion') return trial
      return { ...trial, fingerprint: fingerprintOf(answer.identity), parts: renewParts(trial, answer, partsOf) }
    },
    isCheckedAsThen: () =>
      own.every((each) => {
        if (each.kind !== 'completion' || each.checks_sha256 === undefined) return true
        const record = records.get(each.record_sha256)
        return record !== undefined && checksSha256(record) === each.checks_sha256
      }),
  }
}

function renewParts({ parts }: EvidenceOf<'trial'>, { identity }: Completion, partsOf: PartsOf) {
  return partsOf(identity, parts.runtime_version)
}

function examinedAnew(completion: Completion, record: DatasetRecord | undefined, dataset: Dataset): Completion {
  const { outcome } = completion
  if (outcome.state !== 'answered' || !record) return completion
  const { total_ms, chunks } = outcome.timing
  return {
    ...completion,
    checks_sha256: checksSha256(record),
    outcome: {
      ...outcome,
      timing: { state: 'rejudged', state_by: 'rejudging', total_ms, chunks },
      examination: examine(outcome.answer.text ?? '', record, dataset),
    },
  }
}

/** Nothing is known of what today's request would have been answered: missing, which no gate takes for a pass. */
function withhold(completion: Completion, why: string): Completion {
  const { outcome } = completion
  const total_ms = outcome.state === 'answered' ? outcome.timing.total_ms : outcome.total_ms
  return {
    ...completion,
    outcome: { state: 'failed', code: 'withheld', message: `not judged again: ${why}`, total_ms },
  }
}

function renewBaseline(baseline: EvidenceOf<'baseline'>, dataset: Dataset | undefined): Evidence[] {
  const record = dataset?.records.find(({ input }) => sha256(input) === baseline.record_sha256)
  if (!dataset || !record) return []
  return [{ ...baseline, examination: examine(baselineAnswer(dataset, record), record, dataset) }]
}
