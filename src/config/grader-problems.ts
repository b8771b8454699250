import type { ConfigPath } from './config-path.ts'
import type { GraderConfig } from './grader-schema.ts'
import type { ReferenceProblem } from './reference-problems.ts'

/** What is wrong with graders beyond their own form. `checkLane` finds lanes that are unknown, or barred by privacy. */
export function graderProblems(
  workload: string,
  graders: Readonly<Record<string, GraderConfig>> | undefined,
  checkLane: (lane: string, path: ConfigPath) => void,
): readonly ReferenceProblem[] {
  return Object.entries(graders ?? {}).flatMap(([name, { lane, grades, good }]) => {
    const at: ConfigPath = ['workloads', workload, 'graders', name]
    checkLane(lane, [...at, 'lane'])
    const problem = (key: keyof GraderConfig, text: string) => [{ path: [...at, key], code: 'conflict' as const, text }]
    const twice = grades.find((grade, index) => grades.indexOf(grade) < index)
    if (twice !== undefined) return problem('grades', `the grade ${JSON.stringify(twice)} stands twice; keep one`)
    return good >= grades.length
      ? problem(
          'good',
          `${good} of ${grades.length} grades would be good, so that every answer is; write a smaller number`,
        )
      : []
  })
}
