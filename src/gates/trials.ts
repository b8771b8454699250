import type { Completion } from '../evidence/schema.ts'

/**
 * Groups of what is one trial: answers to the same input, or to the same filled prompt, whatever the record is called.
 * At temperature 0 asking it again proves nothing new. In the order of their first members.
 */
export function groupTrials<
  Each extends Pick<Completion, 'record_sha256'> & { readonly prompt: Pick<Completion['prompt'], 'sha256'> },
>(answers: readonly Each[]): Each[][] {
  const groupOf = new Map<string, Each[]>()
  const groups = new Set<Each[]>()
  for (const answer of answers) {
    const keys = [`input ${answer.record_sha256}`, `prompt ${answer.prompt.sha256}`]
    const [first, second] = keys.map((key) => groupOf.get(key)).filter((group) => group !== undefined)
    const group = first ?? []
    groups.add(group)
    if (second && second !== group) {
      // Two groups that this answer shows to be one.
      group.push(...second)
      groups.delete(second)
      for (const [key, other] of groupOf) if (other === second) groupOf.set(key, group)
    }
    group.push(answer)
    for (const key of keys) groupOf.set(key, group)
  }
  return [...groups]
}

/** The first answer of each trial, in the order in which they came: asking again must not make a sample larger or better. */
export function firstOfTrials<Each extends Parameters<typeof groupTrials>[0][number]>(
  answers: readonly Each[],
): Each[] {
  const trialOf = new Map(groupTrials(answers).flatMap((trial) => trial.map((each) => [each, trial] as const)))
  const seen = new Set<readonly Each[] | undefined>()
  return answers.filter((each) => {
    const trial = trialOf.get(each)
    const isFirst = !seen.has(trial)
    seen.add(trial)
    return isFirst
  })
}
