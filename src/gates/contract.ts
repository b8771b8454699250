import type { LengthBounds } from '../config/contract-schema.ts'
import type { WorkloadConfig } from '../config/schema.ts'
import type { Completion, Examination } from '../evidence/schema.ts'
import { count, seconds } from './wording.ts'

/** Why an answer breaks the contract: the failure class that is counted, and what is said of this answer. */
export interface Breach {
  readonly cause: string
  readonly why: string
}

/** Why an answer breaks the contract; undefined where it keeps it. The first cause that applies, worst first. */
export function contractBreach({ outcome }: Pick<Completion, 'outcome'>, workload: WorkloadConfig): Breach | undefined {
  const limit_ms = workload.limits.seconds_per_record * 1000
  if (outcome.state === 'failed') {
    return outcome.code === 'deadline-exceeded'
      ? { cause: 'too slow', why: `no answer within ${seconds(limit_ms)}` }
      : { cause: outcome.code, why: outcome.message }
  }
  const { examination, timing, finish_reason, thinking_characters } = outcome
  if (examination.json === 'empty') {
    return thinking_characters > 0
      ? { cause: 'thinking only', why: 'the model thought and answered nothing' }
      : { cause: 'empty', why: 'the answer is empty' }
  }
  if (finish_reason === 'length') {
    return { cause: 'cut by length', why: `cut off after ${workload.limits.output_tokens} tokens` }
  }
  if (finish_reason === 'other') return { cause: 'ended otherwise', why: 'the runtime ended the answer, not the model' }
  const breach = answerBreach(examination, workload)
  if (breach) return breach
  // Judged again, it has no latency: that it took too long then is for the run that asked to say.
  if (timing.state !== 'rejudged' && timing.total_ms > limit_ms) {
    return { cause: 'too slow', why: `took ${seconds(timing.total_ms)}, the limit is ${seconds(limit_ms)}` }
  }
  return undefined
}

/** Why an answer breaks the contract, whoever gave it and however long that took. */
export function answerBreach(
  examination: Examination,
  { contract }: Pick<WorkloadConfig, 'contract'>,
): Breach | undefined {
  if (examination.json === 'empty') return { cause: 'empty', why: 'the answer is empty' }
  const breach = formBreach(examination) ?? lengthBreach(examination, contract.length)
  if (breach) return breach
  return contract.grounded_urls && examination.ungrounded_urls > 0
    ? { cause: 'invented URL', why: `${count(examination.ungrounded_urls, 'URL')} that the input does not hold` }
    : undefined
}

/** What JSON and the schema say. */
function formBreach({ json, missing_fields, outside_vocabulary, schema_errors }: Examination): Breach | undefined {
  if (json === 'not-json') return { cause: 'not JSON', why: 'the answer is not JSON' }
  const [missing] = missing_fields
  if (missing !== undefined)
    return { cause: `missing field ${anyElement(missing)}`, why: `field ${missing} is missing or blank` }
  const [invented] = outside_vocabulary
  if (invented !== undefined)
    return { cause: `invented ${anyElement(invented)}`, why: `field ${invented} is outside its vocabulary` }
  const [error] = schema_errors
  return error && { cause: schemaClass(error), why: `${error.path || 'the answer'} ${error.message}` }
}

const schemaClasses: Readonly<Record<string, string>> = {
  type: 'wrong type of',
  maxLength: 'too long',
  minLength: 'too short',
  pattern: 'malformed',
  format: 'malformed',
}

function schemaClass({ path, keyword }: Examination['schema_errors'][number]): string {
  if (keyword === 'additionalProperties') return 'unknown field'
  const what = schemaClasses[keyword]
  const field = anyElement(path.split('/').slice(1).join('.'))
  return what === undefined ? `schema (${keyword})` : `${what} ${field || 'answer'}`
}

/** Elements of a list are one class: `lines.2.name` becomes `lines.*.name`. */
function anyElement(path: string): string {
  return path
    .split('.')
    .map((step) => (/^\d+$/.test(step) ? '*' : step))
    .join('.')
}

function lengthBreach({ lengths }: Examination, bounds: LengthBounds | undefined): Breach | undefined {
  if (!bounds) return undefined
  // Unknown is no pass: evidence from before lengths were written down can be judged anew.
  if (!lengths) return { cause: 'length not recorded', why: 'its length was not recorded when it was answered' }
  const { fields, ...answer } = bounds
  const parts = [
    { name: 'answer', bound: answer, length: lengths },
    ...Object.entries(fields).map(([name, bound]) => ({
      name,
      bound,
      length: lengths.fields.find(({ field }) => field === name),
    })),
  ]
  for (const { name, bound, length } of parts) {
    // A field that is absent, or holds no text, has no length: whether it may is the schema's to say.
    if (!length) continue
    for (const unit of ['characters', 'words'] as const) {
      const { [`minimum_${unit}` as const]: least = 0, [`maximum_${unit}` as const]: most = Number.POSITIVE_INFINITY } =
        bound
      const is = `${name === 'answer' ? 'the answer' : `field ${name}`} has ${length[unit]} ${unit}`
      if (length[unit] < least) return { cause: `too short ${name}`, why: `${is}, at least ${least} are asked for` }
      if (length[unit] > most) return { cause: `too long ${name}`, why: `${is}, at most ${most} are allowed` }
    }
  }
  return undefined
}
