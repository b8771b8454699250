import type { LaneAnswers } from '../src/assessment/answers-schema.ts'
import { cite, list, plain, table } from './markdown.ts'
import { countedShareText, type Share } from './share-text.ts'

/** Of a workload: three rates, failure classes and confusion matrices of every lane. Empty where nothing was answered. */
export function answersSection(answers: readonly LaneAnswers[]): string[] {
  if (answers.length === 0) return []
  return [
    `Valid answers: as they came (what the gates judge), taken out of a code fence, and repaired (jsonrepair, then the types of the schema; counts for no gate). Rates with their 95 % interval (Wilson), n in distinct prompts:\n\n${rates(answers)}`,
    ...steps(answers),
    ...classes(answers),
    ...labels(answers),
  ]
}

function rates(answers: readonly LaneAnswers[]): string {
  return table(
    ['Lane', 'n', 'Raw', 'Extracted', 'Repaired'],
    answers.map(({ lane, rates: { raw, extracted, repaired } }) => [
      plain(lane),
      `${raw.n}`,
      rate(raw),
      rate(extracted),
      rate(repaired),
    ]),
  )
}

function rate(of: Share | undefined): string {
  return of ? countedShareText(of) : 'not recorded'
}

function steps(answers: readonly LaneAnswers[]): string[] {
  const all = answers.flatMap(({ lane, steps }) =>
    steps.map(({ text, evidence_ids }) => `${plain(lane)}: ${plain(text)} (${cite(evidence_ids)})`),
  )
  return all.length > 0 ? [`What a deterministic step after the model would do:\n\n${list(all)}`] : []
}

function classes(answers: readonly LaneAnswers[]): string[] {
  const rows = answers.flatMap(({ lane, failure_classes, rates }) =>
    failure_classes.map(({ cause, records, evidence_ids }) => [
      plain(lane),
      plain(cause),
      `${records} of ${rates.raw.n}`,
      cite(evidence_ids),
    ]),
  )
  return rows.length > 0
    ? [`Broken records by their first cause:\n\n${table(['Lane', 'Failure', 'Records', 'Example'], rows)}`]
    : []
}

function labels(answers: readonly LaneAnswers[]): string[] {
  return answers.flatMap(({ lane, labels }) =>
    labels.map((label) => {
      const columns = wordsOf(label.matrix.flatMap(({ expected, answered }) => [expected, answered]))
      const rows = wordsOf(label.matrix.map(({ expected }) => expected))
      const cell = (expected: string, answered: string) =>
        label.matrix.find((each) => each.expected === expected && each.answered === answered)?.records
      const examples = label.matrix
        .filter(({ expected, answered }) => expected !== answered)
        .flatMap(({ evidence_ids }) => evidence_ids)
      const ids = examples.length > 0 ? examples : label.matrix.flatMap(({ evidence_ids }) => evidence_ids)
      return `${plain(lane)}, label ${plain(label.field)}: ${rate({ successes: label.correct, n: label.n, interval: label.interval })} right (${cite(ids)}). Rows are what was expected, columns what was answered:\n\n${table(
        ['', ...columns.map(plain)],
        rows.map((expected) => [
          plain(expected),
          ...columns.map((answered) => {
            const records = cell(expected, answered)
            return records === undefined ? '·' : expected === answered ? `**${records}**` : `${records}`
          }),
        ]),
      )}`
    }),
  )
}

/** Each once, by code units; what is no word of the vocabulary, in brackets, last. */
function wordsOf(words: readonly string[]): string[] {
  const isAside = (word: string) => (word.startsWith('(') ? 1 : 0)
  return [...new Set(words)].sort((a, b) => isAside(a) - isAside(b) || (a < b ? -1 : 1))
}
