import { join } from 'node:path'
import { loadConfig } from '../config/load.ts'
import type { WorkloadConfig } from '../config/schema.ts'
import type { DatasetRecord } from '../datasets/dataset.ts'
import { loadDataset } from '../datasets/load.ts'
import type { Completion, Evidence, StoredText } from '../evidence/schema.ts'
import { sha256, storeText } from '../evidence/stored-text.ts'
import { describeTiming } from './describe-timing.ts'
import { findEvidence, findEvidenceIn } from './find-evidence.ts'

/**
 * A record of evidence as text: for a completion the prompt, the answer and how it differs from the expected.
 * @param run where it is; all runs under `.bench` where absent
 */
export async function show(id: string, from: string, run?: string): Promise<string> {
  const found = run === undefined ? findEvidence(id, from) : findEvidenceIn(run, id, from)
  const { evidence, root, folder } = await found
  if (evidence.kind !== 'completion') return `${heading(evidence, folder)}\n\n${JSON.stringify(evidence, undefined, 2)}`
  return describeCompletion(evidence, folder, await expectedOf(evidence, root))
}

/** What a record's answer was to hold, and how much of it may be shown. */
interface Expected {
  readonly record: DatasetRecord
  readonly privacy: WorkloadConfig['privacy']
}

/** Pure. `expected` is absent where the dataset is gone, or no longer holds the record. */
function describeCompletion(completion: Completion, folder: string, expected: Expected | undefined): string {
  const { outcome, identity, prompt } = completion
  const sections: [string, string][] = [['Prompt', stored(prompt)]]
  if (outcome.state === 'failed') {
    sections.push(['No answer', `${outcome.code}: ${outcome.message}`])
  } else {
    sections.push(
      ['Answer', stored(outcome.answer)],
      ['Difference to the expected', differences(completion, expected)],
      ['Measured', describeTiming(outcome)],
    )
  }
  sections.push([
    'Identity',
    [
      `requested_model ${completion.requested_model}, observed_model ${completion.observed_model ?? 'not proven'}`,
      `level ${identity.level} (required ${identity.required})${identity.weights_sha256 ? `, weights sha256:${identity.weights_sha256}` : ''}`,
      ...identity.contradictions.map((each) => `contradiction: ${each}`),
    ].join('\n'),
  ])
  return [heading(completion, folder), ...sections.map(([title, body]) => `${title}\n${indent(body)}`)].join('\n\n')
}

function heading(evidence: Evidence, folder: string): string {
  const subject = 'record_id' in evidence ? `${evidence.record_id}, ` : ''
  const where = 'lane' in evidence && 'workload' in evidence ? `${evidence.workload} on ${evidence.lane}, ` : ''
  return `${evidence.id}  ${subject}${where}${evidence.at}\nrun ${evidence.run_id} in ${folder}`
}

function stored({ text, characters, sha256, redactions }: StoredText): string {
  if (text === undefined) return `not stored: the workload is private (${characters} characters, sha256 ${sha256})`
  return redactions ? `${text}\n(${redactions} pieces were masked before this was written)` : text
}

function differences({ outcome }: Completion, expected: Expected | undefined): string {
  if (outcome.state === 'failed') return ''
  const { examination, answer } = outcome
  const fields = parseFields(answer.text)
  const lines = [
    ...(examination.json === 'valid' ? [] : [`the answer is ${examination.json}`]),
    ...examination.schema_errors.map((error) => `schema: ${error.path || 'the answer'} ${error.message}`),
    ...examination.missing_fields.map((field) => `missing: ${field}`),
    ...examination.outside_vocabulary.map((field) => `outside its vocabulary: ${field}`),
    ...(examination.ungrounded_urls > 0 ? [`${examination.ungrounded_urls} URLs that the input does not hold`] : []),
    ...(examination.leaks ?? []).map(({ where, field, index }) =>
      where === 'answer'
        ? `leak: forbidden text ${index + 1} stands in the answer`
        : `leak: ${field} ${index + 1} was not named, so redaction leaves it in`,
    ),
    ...examination.facts.map(({ field, found }) => {
      const wanted = describeExpected(field, answer, expected)
      const answered = fields && field in fields ? JSON.stringify(fields[field]) : 'not stored'
      return found ? `found   ${field}: ${wanted}` : `missed  ${field}: expected ${wanted}; answered ${answered}`
    }),
  ]
  return lines.join('\n') || 'none'
}

/** No more than the workload's privacy lets be stored of an answer, today or when this one was given. */
function describeExpected(field: string, answer: StoredText, expected: Expected | undefined): string {
  const texts = expected?.record.expected[field]
  if (!expected || !texts) return 'unknown: the dataset has changed or is gone'
  const shown = texts.map((text) => storeText(text, expected.privacy).text)
  return answer.text === undefined || shown.includes(undefined) ? 'not shown: it is private' : shown.join(' or ')
}

function parseFields(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** By its input: an id may have been given to another record since. */
async function expectedOf({ workload, record_sha256 }: Completion, root: string): Promise<Expected | undefined> {
  try {
    const { config } = await loadConfig(join(root, 'bench.config.yaml'))
    const settings = config.workloads[workload]
    if (!settings) return undefined
    const { records } = await loadDataset(settings.dataset, root)
    const record = records.find(({ input }) => sha256(input) === record_sha256)
    return record && { record, privacy: settings.privacy }
  } catch {
    return undefined
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}
