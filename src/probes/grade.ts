import type { GraderConfig } from '../config/grader-schema.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import { type Grading, gradeField } from '../datasets/grading.ts'
import { isFatal } from '../evidence/failure-codes.ts'
import { graderSettingsSha256 } from '../evidence/grader-settings.ts'
import type { Completion, EvidenceFacts } from '../evidence/schema.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'

/** An answer that a lane gave, and its whole text, which evidence of private workloads does not hold. */
export interface GradableAnswer {
  readonly completion: Completion
  readonly record: DatasetRecord
  readonly text: string
}

/**
 * Has the answers graded one after another and writes facts of kind `grade`, one an answer. `gradingLane` is opened over
 * `grading.dataset`, so that a grade is asked, timed and proven like any answer. Stops where nothing answers any more.
 * @throws RuntimeFailure where the grading lane does not become present
 */
export async function gradeAnswers(
  { name, grader, grading }: { name: string; grader: GraderConfig; grading: Grading },
  gradingLane: Lane,
  answers: readonly GradableAnswer[],
  { context, write }: { context: CallContext; write: (facts: EvidenceFacts) => Promise<void> },
): Promise<void> {
  for (const { completion, record, text } of answers) {
    const asked = await gradingLane.ask(grading.recordOf(record, text), context)
    await write({
      kind: 'grade',
      lane: completion.lane,
      workload: completion.workload,
      grader: name,
      settings_sha256: graderSettingsSha256(grader),
      prompt_sha256: grading.prompt_sha256,
      record_id: completion.record_id,
      record_sha256: completion.record_sha256,
      answer_id: completion.id,
      grading_lane: gradingLane.name,
      ...(asked.options_sha256 !== undefined && { options_sha256: asked.options_sha256 }),
      requested_model: asked.requested_model,
      ...(asked.observed_model !== undefined && { observed_model: asked.observed_model }),
      identity: asked.identity,
      ...gradeOf(asked, grader),
    })
    if (asked.outcome.state === 'failed' && isFatal(asked.outcome.code)) return
  }
}

type GradeFacts = Extract<EvidenceFacts, { kind: 'grade' }>

function gradeOf({ outcome }: Completion, { grades }: GraderConfig): Pick<GradeFacts, 'outcome' | 'total_ms'> {
  if (outcome.state === 'failed') {
    const { code, message, total_ms } = outcome
    return { outcome: { state: 'failed', code, message }, total_ms }
  }
  const label = outcome.examination.labels?.find(({ field }) => field === gradeField)
  const isRead = label !== undefined && grades.includes(label.answered)
  return {
    outcome: isRead ? { state: 'graded', grade: label.answered } : { state: 'unreadable' },
    total_ms: outcome.timing?.total_ms ?? 0,
  }
}
