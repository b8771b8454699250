import { canonicalJson } from './read.ts'
import type { Completion } from './schema.ts'
import { sha256 } from './stored-text.ts'

/** One answer of a run, as far as later attempts at the same trial must know it: without any text. */
export interface SummedAnswer {
  readonly record_id: string
  readonly record_sha256: string
  readonly prompt_sha256: string
  readonly checks_sha256: string
  readonly outcome: AnsweredOutcome
}
type AnsweredOutcome = Extract<Completion['outcome'], { state: 'answered' }>

/** What one run answered of one trial. */
export interface AttemptSummary {
  readonly run_id: string
  readonly at: string
  readonly trial_sha256: string
  readonly fingerprint: string
  /** Evidence ids, in the order of `answers`. */
  readonly evidence_ids: readonly string[]
  /** Of the trial and of `answers` but their times: attempts that are equal in it gave the same answers. */
  readonly content_sha256: string
  readonly answers: readonly SummedAnswer[]
}

/**
 * The trials that a run answered, from the lines of its evidence. A call without an answer is no attempt of the model:
 * only answered records count. Lines are not validated, since no more is taken from them than what gates judge anyway;
 * one that is torn, or of another kind, is left out. Pure.
 */
export function summariseAttempts(lines: readonly string[]): AttemptSummary[] {
  const completions = lines.flatMap((line) => (line.includes('"trial_sha256"') ? (completionIn(line) ?? []) : []))
  const groups = Map.groupBy(completions, ({ trial_sha256, fingerprint }) => `${trial_sha256} ${fingerprint}`)
  return [...groups.values()].map((group) => {
    const sorted = group.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1))
    const first = sorted[0] as Attempted
    const answers = sorted.map(summed)
    return {
      run_id: first.run_id,
      at: first.at,
      trial_sha256: first.trial_sha256,
      fingerprint: first.fingerprint,
      evidence_ids: sorted.map(({ id }) => id),
      content_sha256: sha256(canonicalJson([first.trial_sha256, ...answers.map(withoutTimes)])),
      answers,
    }
  })
}

type Attempted = Completion & { outcome: AnsweredOutcome; trial_sha256: string; checks_sha256: string }

function completionIn(line: string): Attempted | undefined {
  try {
    const parsed = JSON.parse(line) as Partial<Completion>
    const isAttempt =
      parsed.kind === 'completion' &&
      parsed.outcome?.state === 'answered' &&
      // Judged again, it is the answer of another run, which stands for itself.
      parsed.outcome.timing.state !== 'rejudged' &&
      parsed.checks_sha256 !== undefined
    return isAttempt ? (parsed as Attempted) : undefined
  } catch {
    return undefined
  }
}

function summed({ record_id, record_sha256, prompt, checks_sha256, outcome }: Attempted): SummedAnswer {
  const { sha256: answer, characters } = outcome.answer
  return {
    record_id,
    record_sha256,
    prompt_sha256: prompt.sha256,
    checks_sha256,
    outcome: { ...outcome, answer: { sha256: answer, characters } },
  }
}

function withoutTimes({ outcome, ...answer }: SummedAnswer): object {
  const { timing: _timing, usage: _usage, ...rest } = outcome
  return { ...answer, ...rest }
}
