import type { Completion } from '../evidence/schema.ts'
import { isAnswered } from '../gates/verdict.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import type { LaneAnswers } from './answers-schema.ts'

type Field = LaneAnswers['labels'][number]

/**
 * How often each field with a closed vocabulary got its label, and what was answered instead. A prompt that was asked
 * again counts by its first wrong label. Records whose call failed have no label and are not counted.
 */
export function labelAccuracy(trials: readonly (readonly Completion[])[]): LaneAnswers['labels'] {
  const fields = new Map<string, { label: Label; id: string }[]>()
  for (const trial of trials) {
    for (const [field, label] of worstLabels(trial)) fields.set(field, [...(fields.get(field) ?? []), label])
  }
  return [...fields].map(([field, labelled]) => {
    const correct = labelled.filter(({ label }) => isRight(label)).length
    return {
      field,
      correct,
      n: labelled.length,
      interval: wilsonInterval(correct, labelled.length),
      matrix: cells(labelled),
    }
  })
}

interface Label {
  readonly expected: string
  readonly answered: string
}

const isRight = ({ expected, answered }: Label): boolean => expected === answered

function worstLabels(trial: readonly Completion[]): Map<string, { label: Label; id: string }> {
  const worst = new Map<string, { label: Label; id: string }>()
  for (const each of trial) {
    const labels = isAnswered(each) ? (each.outcome.examination.labels ?? []) : []
    for (const label of labels) {
      const known = worst.get(label.field)
      if (!known || (isRight(known.label) && !isRight(label))) worst.set(label.field, { label, id: each.id })
    }
  }
  return worst
}

function cells(labelled: readonly { label: Label; id: string }[]): Field['matrix'] {
  const found = new Map<string, Field['matrix'][number]>()
  for (const { label, id } of labelled) {
    const { expected, answered } = label
    const key = JSON.stringify([expected, answered])
    const cell = found.get(key)
    if (cell) cell.records += 1
    else found.set(key, { expected, answered, records: 1, evidence_ids: [id] })
  }
  return [...found.values()].sort((a, b) => compare(a.expected, b.expected) || compare(a.answered, b.answered))
}

/** By code units: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
