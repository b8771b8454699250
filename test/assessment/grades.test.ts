import { describe, expect, test } from 'vitest'
import { assessWorkload } from '../../src/assessment/workload-assessment.ts'
import type { BenchConfig } from '../../src/config/schema.ts'
import { graderSettingsSha256 } from '../../src/evidence/grader-settings.ts'
import { type Completion, type Evidence, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import { benchConfig, completions, contextProbe, memory, weights } from '../support/evidence.ts'

const workload = 'graders: { useful: { lane: local, prompt: graders/useful.md, grades: [good, fair, poor] } }'
const config = benchConfig({ workload })

const identity = { level: 'weights', required: 'weights', weights_sha256: weights, contradictions: [] }
type Changes = { readonly identity?: object; readonly outcome?: object; readonly of?: BenchConfig }

function grade(answer: Completion, said: string, { of = config, ...changes }: Changes = {}): Evidence {
  const grader = of.workloads.work?.graders.useful
  if (!grader) throw new Error('no grader')
  return evidenceSchema.parse({
    kind: 'grade',
    id: `grade-${said}-${answer.id}`,
    run_id: 'run',
    at: answer.at,
    lane: answer.lane,
    workload: 'work',
    grader: 'useful',
    settings_sha256: graderSettingsSha256(grader),
    prompt_sha256: sha256('prompt'),
    record_id: answer.record_id,
    record_sha256: answer.record_sha256,
    answer_id: answer.id,
    grading_lane: 'local',
    requested_model: 'smollm2-135m-instruct',
    observed_model: 'smollm2-135m-instruct',
    identity,
    outcome: { state: 'graded', grade: said },
    total_ms: 5,
    ...changes,
  })
}

const answers = completions(25)
const grades = (all: readonly Evidence[], of = config) => assessWorkload([...answers, ...all], of, 'work').grades

describe('grades', () => {
  test('are counted with an interval, by a model that is named and proven', () => {
    const [useful] = grades(answers.map((each, index) => grade(each, index < 20 ? 'good' : 'poor')))
    expect(useful).toMatchObject({
      grader: 'useful',
      is_same_lane: true,
      observed_model: 'smollm2-135m-instruct',
      weights_sha256: weights,
      n: 25,
      good: 20,
      counts: [
        { grade: 'good', answers: 20 },
        { grade: 'fair', answers: 0 },
        { grade: 'poor', answers: 5 },
      ],
    })
    expect(useful?.interval?.lower).toBeCloseTo(0.6087, 4) // Wilson, 20 of 25
  })

  test.each(['good', 'poor'])('decide nothing: with every answer called %s, all else is what it is without', (said) => {
    const evidence = [...answers, memory(40), contextProbe()]
    const { grades: _with, ...advised } = assessWorkload(
      [...evidence, ...answers.map((each) => grade(each, said))],
      config,
      'work',
    )
    const { grades: _without, ...alone } = assessWorkload(evidence, config, 'work')
    expect(advised).toEqual(alone)
  })

  test('of a model that is not proven, or that contradicts itself, are left out and said to be', () => {
    const [first, second, third] = answers as [Completion, Completion, Completion]
    const [useful] = grades([
      grade(first, 'good'),
      grade(second, 'good', { identity: { ...identity, level: 'echo' } }),
      grade(third, 'good', { identity: { ...identity, contradictions: ['loaded anew'] } }),
    ])
    expect(useful).toMatchObject({ n: 1, unproven: 2 })
  })

  test('of another prompt or other grades in the config, and of answers that do not count, are not counted', () => {
    const [first] = answers as [Completion]
    const other = benchConfig({ workload: workload.replace('useful.md', 'other.md') })
    expect(grades([grade(first, 'good', { of: other })])).toEqual([])
    expect(grades([grade({ ...first, id: 'another answer' }, 'good')])).toEqual([])
  })

  test('what counts as good is read from the config of today', () => {
    const lenient = benchConfig({ workload: workload.replace('poor]', 'poor], good: 2') })
    expect(grades([grade(answers[0] as Completion, 'fair')], lenient)[0]?.good).toBe(1)
  })

  test('count the worst where an answer was graded twice, and tell what was no grade or no answer', () => {
    const [first, second, third] = answers as [Completion, Completion, Completion]
    const [useful] = grades([
      grade(first, 'good'),
      grade(first, 'fair'),
      grade(second, 'unread', { outcome: { state: 'unreadable' } }),
      grade(third, 'failed', { outcome: { state: 'failed', code: 'deadline-exceeded', message: 'too slow' } }),
    ])
    expect(useful).toMatchObject({ n: 1, good: 0, unreadable: 1, failed: 1 })
  })
})
