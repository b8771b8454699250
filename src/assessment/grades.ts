import type { GraderConfig } from '../config/grader-schema.ts'
import { isAtLeast, requiredLevel } from '../config/required-level.ts'
import { graderSettingsSha256 } from '../evidence/grader-settings.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { completionsOf, type GateInput } from '../gates/verdict.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import type { Grades } from './grades-schema.ts'

type Grade = EvidenceOf<'grade'>

/**
 * Grades of a lane's answers that count today: of answers that count, by graders and grading lanes as the config has them
 * now. Of an answer that was graded again the worst counts.
 */
export function gradesOf(input: GateInput): Grades[] {
  const { config, evidence, lane, workload } = input
  const answers = new Map(completionsOf(input).map(({ id, record_sha256 }) => [id, record_sha256]))
  return Object.entries(config.workloads[workload]?.graders ?? {}).flatMap(([name, grader]) => {
    const settings = graderSettingsSha256(grader)
    const options = config.lanes[grader.lane] && laneOptionsSha256(config, grader.lane)
    const all = evidence.filter(
      (each): each is Grade =>
        each.kind === 'grade' &&
        each.lane === lane &&
        each.workload === workload &&
        each.grader === name &&
        each.settings_sha256 === settings &&
        (each.options_sha256 ?? options) === options &&
        answers.has(each.answer_id),
    )
    if (all.length === 0) return []
    const least = requiredLevel(config, grader.lane)
    return [
      summary({
        name,
        lane,
        grader,
        all,
        isProven: ({ identity }) => identity.contradictions.length === 0 && isAtLeast(identity.level, least),
      }),
    ]
  })
}

function summary({
  name,
  lane,
  grader,
  all,
  isProven,
}: {
  readonly name: string
  readonly lane: string
  readonly grader: GraderConfig
  readonly all: readonly Grade[]
  readonly isProven: (grade: Grade) => boolean
}): Grades {
  const graded = all.flatMap((each) => (each.outcome.state === 'graded' ? [{ each, grade: each.outcome.grade }] : []))
  const places = new Map<string, number>()
  for (const { each, grade } of graded.filter(({ each }) => isProven(each)))
    places.set(each.record_sha256, Math.max(places.get(each.record_sha256) ?? 0, grader.grades.indexOf(grade)))
  const counted = [...places.values()]
  const good = counted.filter((place) => place < grader.good).length
  const proven = all.find(isProven)
  return {
    grader: name,
    lane,
    grading_lane: grader.lane,
    is_same_lane: grader.lane === lane,
    ...(proven?.observed_model !== undefined && { observed_model: proven.observed_model }),
    ...(proven?.identity.weights_sha256 !== undefined && { weights_sha256: proven.identity.weights_sha256 }),
    n: counted.length,
    good,
    ...(counted.length > 0 && { interval: wilsonInterval(good, counted.length) }),
    counts: grader.grades.map((grade, index) => ({
      grade,
      answers: counted.filter((place) => place === index).length,
    })),
    unreadable: all.filter(({ outcome }) => outcome.state === 'unreadable').length,
    failed: all.filter(({ outcome }) => outcome.state === 'failed').length,
    unproven: graded.filter(({ each }) => !isProven(each)).length,
    evidence_ids: all.slice(0, 3).map(({ id }) => id),
  }
}
