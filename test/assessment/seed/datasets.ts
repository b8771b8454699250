import type { DatasetRecord, JsonSchema } from '../../../src/datasets/dataset.ts'
import { filledIn } from './filled-in.ts'

/** One workload's records and contract, and the answer that keeps it. */
export interface SeedDataset {
  readonly schema: JsonSchema
  /** The nth distinct record, from 0. */
  record(index: number): DatasetRecord
  /** What a perfect lane answers to it, before it is turned into JSON text. */
  answer(index: number): Readonly<Record<string, string>>
}

export type SeedWorkload =
  | 'meeting-summary'
  | 'support-log-summary'
  | 'architecture-review'
  | 'prospect-research'
  | 'redaction-preflight'

const text: JsonSchema = { type: 'string', minLength: 1, maxLength: 200 }
const oneOf = (...words: readonly string[]): JsonSchema => ({ enum: words })

function contract(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

/** A dataset whose records name all fields of the answer; `facts` are the fields that are compared. */
function dataset(
  name: string,
  properties: Readonly<Record<string, JsonSchema>>,
  facts: readonly string[],
  answer: (index: number) => Readonly<Record<string, string>>,
): SeedDataset {
  return {
    schema: contract(properties),
    answer,
    record(index) {
      const fields = answer(index)
      return {
        id: `${name}-${String(index + 1).padStart(2, '0')}`,
        input: `${name} ${index + 1}: ${Object.entries(fields)
          .map(([field, value]) => `${field} ${value}`)
          .join('; ')}`,
        expected: Object.fromEntries(facts.map((field) => [field, [fields[field] as string]])),
      }
    },
  }
}

const pick = (words: readonly string[], index: number): string => words[index % words.length] as string
const serviceCategories = ['consulting', 'hosting', 'training'] as const

/** The seed names the workloads and some fields; records and the other fields are made up. */
export const datasets: Readonly<Record<SeedWorkload, SeedDataset>> = {
  'meeting-summary': filledIn(
    dataset(
      'meeting',
      { summary: text, owner: text, due: { ...text, format: 'date' }, decision: text },
      ['owner', 'due', 'decision'],
      (index) => ({
        summary: `Release plan of project ${index + 1} was agreed.`,
        owner: pick(['Priya', 'Tomasz', 'Aiko', 'Lena'], index),
        due: `2026-05-${String((index % 28) + 1).padStart(2, '0')}`,
        decision: `Ship build ${100 + index}`,
      }),
    ),
    'the seed gives no fields of a meeting summary',
  ),
  'support-log-summary': dataset(
    'support',
    // Seven required incident fields are the seed's; their names are not.
    filledIn(
      { service: text, severity: text, started_at: text, impact: text, ended_at: text, cause: text, action: text },
      'the seed counts seven required incident fields and names none',
    ),
    ['service', 'severity', 'started_at', 'impact', 'ended_at', 'cause', 'action'],
    (index) => ({
      service: pick(['billing', 'search', 'login'], index),
      severity: pick(['SEV1', 'SEV2', 'SEV3'], index + 1),
      started_at: `2026-05-04 ${String(index % 24).padStart(2, '0')}:10`,
      impact: `${20 + index} customers saw errors`,
      ended_at: `2026-05-05 ${String(index % 24).padStart(2, '0')}:40`,
      cause: `expired certificate ${index + 1}`,
      action: `certificate ${index + 1} renewed`,
    }),
  ),
  'architecture-review': filledIn(
    dataset(
      'review',
      { component: text, depends_on: text, risk: text },
      ['component', 'depends_on', 'risk'],
      (index) => ({
        component: `module-${index + 1}`,
        depends_on: `module-${index + 2} by way of queue-${index + 1}`,
        risk: `retry loop ${index + 1} has no bound`,
      }),
    ),
    'the seed says "cross-file synthesis" and gives no record',
  ),
  'prospect-research': dataset(
    'prospect',
    {
      company: text,
      website: filledIn({ ...text, format: 'uri' }, 'the seed speaks of URLs and not of their field'),
      service_category: oneOf(...filledIn(serviceCategories, 'the seed gives no vocabulary')),
      source_confidence: oneOf('low', 'medium', 'high'),
    },
    ['company', 'website', 'service_category'],
    (index) => ({
      company: `Example Works ${index + 1}`,
      website: `https://prospect-${index + 1}.example/about`,
      service_category: pick(serviceCategories, index),
      source_confidence: pick(['high', 'medium', 'low'], index),
    }),
  ),
  'redaction-preflight': filledIn(
    dataset(
      'preflight',
      { redacted: text, personal_data: oneOf('yes', 'no'), category: oneOf('billing', 'incident', 'sales') },
      ['personal_data', 'category'],
      (index) => ({
        redacted: `Ticket ${index + 1} of [name] about an invoice`,
        personal_data: pick(['yes', 'no'], index),
        category: pick(['billing', 'incident', 'sales'], index),
      }),
    ),
    'the seed calls it repeatable classification and gives no vocabulary',
  ),
}
