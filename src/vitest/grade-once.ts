import type { DatasetRecord } from '../datasets/dataset.ts'
import type { Completion, Evidence } from '../evidence/schema.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'
import { gradeAnswers } from '../probes/grade.ts'
import type { ProvidedBench } from './provided.ts'
import type { WorkerLane } from './worker-lane.ts'

/** Whole texts of a lane's answers by record: in this process only, and only until they are graded. */
const texts = new WeakMap<Lane, Map<string, string>>()
const grading = new WeakMap<Lane, Promise<void>>()

/** Keeps a lane's answers for its graders; undefined where the workload has none. */
export function keepForGraders(lane: Lane, { gradings }: WorkerLane): CallContext['onAnswer'] {
  if (Object.keys(gradings).length === 0) return undefined
  const kept = texts.get(lane) ?? new Map<string, string>()
  texts.set(lane, kept)
  return (record_id, text) => void kept.set(record_id, text)
}

interface Graded {
  readonly bench: ProvidedBench
  readonly worker: WorkerLane
  readonly records: readonly DatasetRecord[]
  readonly completions: readonly Completion[]
  readonly signal: AbortSignal | undefined
  readonly keep: (evidence: Evidence) => void
}

/**
 * Has a lane's answers graded by the graders of its workload, each answer once. After the records, so that no answer is
 * slowed by it. A grader that does not work is an incident, and no failure: grades decide nothing.
 */
export function gradeOnce(lane: Lane, graded: Graded): Promise<void> {
  const before = grading.get(lane) ?? Promise.resolve()
  const next = before.then(() => grade(lane, graded))
  grading.set(lane, next)
  return next
}

async function grade(lane: Lane, { bench, worker, records, completions, signal, keep }: Graded): Promise<void> {
  const kept = texts.get(lane)
  if (!kept || kept.size === 0) return
  const byId = new Map(records.map((record) => [record.id, record]))
  const answers = completions.flatMap((completion) => {
    const [text, record] = [kept.get(completion.record_id), byId.get(completion.record_id)]
    return text === undefined || text.trim() === '' || !record ? [] : [{ completion, record, text }]
  })
  kept.clear()
  const context: CallContext = signal ? { signal } : {}
  for (const [name, grader] of Object.entries(bench.config.workloads[lane.workload]?.graders ?? {})) {
    const prompt = worker.gradings[name]
    if (!prompt || answers.length === 0) continue
    let gradingLane: Lane | undefined
    try {
      gradingLane = await worker.openGrader(grader.lane, prompt)
      await gradeAnswers({ name, grader, grading: prompt }, gradingLane, answers, {
        context,
        write: async (facts) => keep(await worker.append(facts)),
      })
    } catch (error) {
      const incident = {
        kind: 'incident' as const,
        lane: lane.name,
        workload: lane.workload,
        what: `The grader ${name} stopped: ${(error as Error).message}`,
        remedy: 'Grades are for advice only; mend its lane, or take the grader out of the config.',
      }
      keep(await worker.append(incident))
    } finally {
      // Ends its sampler of memory.
      await gradingLane?.settle(context)
    }
  }
}
