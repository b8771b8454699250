import type { Completion, EvidenceOf } from '../evidence/schema.ts'
import { completionsOf, type GateInput, isAnswered } from './verdict.ts'

/** An answer as validity and quality judge it: of this run, or a faulty one of an earlier attempt at the same trial. */
export type JudgedAnswer = Pick<Completion, 'id' | 'record_id' | 'record_sha256' | 'outcome'> & {
  readonly prompt: Pick<Completion['prompt'], 'sha256'>
  /** The earlier run that gave it; absent for an answer of this run. */
  readonly earlier_run?: string
}

/** What is known of earlier attempts at the trials of this run; those of another prompt, model or options are none. */
export function attemptsOf(input: GateInput): EvidenceOf<'attempts'>[] {
  const trials = new Set(
    completionsOf(input)
      .filter(isAnswered)
      .flatMap(({ trial_sha256 }) => trial_sha256 ?? []),
  )
  const { evidence, lane, workload } = input
  return evidence.filter(
    (each): each is EvidenceOf<'attempts'> =>
      each.kind === 'attempts' && each.lane === lane && each.workload === workload && trials.has(each.trial_sha256),
  )
}

/**
 * Faulty answers of earlier attempts, to be judged with those of this run: a record counts by the worst answer that it
 * ever got, so that no repetition washes a failure out. What was well answered then adds nothing to n, or a run could
 * rest on others. They cite the evidence of this run that knows of them.
 */
export function earlierAnswers(input: GateInput): JudgedAnswer[] {
  return attemptsOf(input).flatMap(({ id, faults }) =>
    faults.map(({ run_id, record_id, record_sha256, prompt_sha256, outcome }) => ({
      id,
      record_id,
      record_sha256,
      prompt: { sha256: prompt_sha256 },
      outcome,
      earlier_run: run_id,
    })),
  )
}

/** The same input without its earlier attempts. */
export function withoutAttempts(input: GateInput): GateInput {
  return { ...input, evidence: input.evidence.filter(({ kind }) => kind !== 'attempts') }
}
