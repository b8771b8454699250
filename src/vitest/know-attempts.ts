import type { Dataset } from '../datasets/dataset.ts'
import type { Evidence } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { Lane } from '../lanes/lane.ts'
import { checksSha256 } from '../lanes/trial-keys.ts'
import { askEarlierAttempts } from './host-client.ts'
import type { ProvidedBench } from './provided.ts'

/** Trials that this worker has asked about; what failed may be asked again. */
const asked = new WeakMap<Lane, Map<string, Promise<void>>>()

/**
 * Takes in what earlier runs answered of the trials that this lane has answered, once each. After the answers, since
 * only they tell which weights gave them. Returns when all is known, whoever asked for it.
 */
export async function knowAttempts(
  lane: Lane,
  { host }: Pick<ProvidedBench, 'host'>,
  dataset: Dataset,
  adopt: (evidence: Evidence) => void,
): Promise<void> {
  const known = asked.get(lane) ?? new Map<string, Promise<void>>()
  asked.set(lane, known)
  for (const each of lane.evidence()) {
    if (each.kind !== 'completion' || each.outcome.state !== 'answered' || each.trial_sha256 === undefined) continue
    const { trial_sha256, fingerprint } = each
    if (known.has(trial_sha256)) continue
    const checks = Object.fromEntries(dataset.records.map((record) => [sha256(record.input), checksSha256(record)]))
    const question = { lane: lane.name, workload: lane.workload, trial_sha256, fingerprint, checks }
    const learned = askEarlierAttempts(host, question).then(adopt)
    known.set(trial_sha256, learned)
    learned.catch(() => known.delete(trial_sha256))
  }
  await Promise.all(known.values())
}
