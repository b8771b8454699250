import { Bench } from 'tinybench'
import { baselineAnswer } from '../datasets/baseline.ts'
import type { Dataset, DatasetRecord } from '../datasets/dataset.ts'
import { examine } from '../datasets/examine.ts'
import { isFatal } from '../evidence/failure-codes.ts'
import type { Completion, EvidenceFacts } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'

/**
 * Asks the records in order, one at a time, in tinybench's loop: one iteration a record, no warm-up, the lane's own
 * measurement as the sample. Ends early where nothing answers any more, and before a record that `isSettled` says need
 * not be asked; one that was asked already costs nothing. Then notes the memory's movement.
 */
export async function measure(
  lane: Lane,
  records: readonly DatasetRecord[],
  context: CallContext,
  isSettled?: () => boolean,
): Promise<Completion[]> {
  await lane.present(context)
  const completions: Completion[] = []
  const remaining = records.values()
  let isOver = false
  const bench = new Bench({ iterations: records.length, time: 0, warmup: false, retainSamples: true, throws: true })
  bench.add(
    `${lane.name} ${lane.workload}`,
    async () => {
      const next = remaining.next()
      const ended = completions.at(-1)?.outcome
      isOver ||= next.done === true || (ended?.state === 'failed' && isFatal(ended.code))
      isOver ||= isSettled !== undefined && !lane.wasAsked(next.value as DatasetRecord) && isSettled()
      if (isOver || next.done) return { overriddenDuration: 0 }
      const completion = await lane.ask(next.value, context)
      completions.push(completion)
      const { outcome } = completion
      return { overriddenDuration: outcome.state === 'answered' ? outcome.timing.total_ms : outcome.total_ms }
    },
    { async: true },
  )
  try {
    if (records.length > 0) await bench.run()
  } finally {
    await lane.settle(context)
  }
  return completions
}

/** What answering without a model scores on each record: facts of kind `baseline`. */
export function baselineFacts(workload: string, dataset: Dataset, records: readonly DatasetRecord[]): EvidenceFacts[] {
  return records.map((record) => ({
    kind: 'baseline',
    workload,
    record_id: record.id,
    record_sha256: sha256(record.input),
    examination: examine(baselineAnswer(dataset, record), record, dataset),
  }))
}
