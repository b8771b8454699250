import type { BenchConfig } from '../config/schema.ts'
import type { AskedCombination, Combination } from '../evidence/capability-schema.ts'
import { isSameWay } from '../evidence/same-combination.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { type ReadCombination, readCombinations } from './capability-reading.ts'

type CapabilityRecord = EvidenceOf<'capability'>

/** As many differences to the earlier version as a reader takes in; the matrix holds all. */
const shownChanges = 6

/** "POST /api/chat, streamed, think off, with a JSON schema". */
export function wayOf({ endpoint, think, stream, structure }: Combination): string {
  const with_ = {
    'json-schema': 'with a JSON schema',
    'json-mode': 'in JSON mode',
    grammar: 'with a grammar',
    none: 'without a schema',
  }[structure]
  const thinking = think === 'unset' ? 'nothing said of thinking' : `think ${think}`
  return `POST ${endpoint}, ${stream ? 'streamed' : 'in one piece'}, ${thinking}, ${with_}`
}

/** What is wrong with the way in which the lane asks its own records, and what to write to mend it. Pure. */
export function ownFindings(
  record: CapabilityRecord,
  readings: readonly ReadCombination[],
  config: BenchConfig,
): string[] {
  const { own, lane } = record
  const seen = readings.find((each) => isSameWay(each, own))
  if (!seen) return []
  const way = wayOf(own)
  const findings: string[] = []
  if (seen.constraint === 'dropped') {
    findings.push(
      `the lane asks in a way in which its schema is silently ignored: ${way}, was answered, but not by the schema. ${remedyOf(record, readings)}`,
    )
  }
  if (seen.constraint === 'mixed')
    findings.push(`${way}: other text stands around the object that the schema asks for, so that answers do not parse`)
  if (seen.constraint === 'misplaced')
    findings.push(
      `${way}: what the schema asks for came as thinking, and the answer itself is empty. ${remedyOf(record, readings)}`,
    )
  if (seen.constraint === 'refused') findings.push(`${way}, is refused by the runtime: ${refusalOf(record, own)}`)
  const unasked = own.think === 'unset' && seen.thinking === 'separate'
  if (config.lanes[lane]?.think === false && (seen.thinking === 'leaked' || unasked)) {
    findings.push(
      `the model thinks though the lane says think: false (${way}): its tokens go to thinking. Write think: true in lanes: { ${lane} } and raise limits.output_tokens, or take a tag, template or kind of runtime that can be told not to think`,
    )
  }
  if (seen.thinking === 'in-content')
    findings.push(
      `${way}: thinking comes inside the answer, so that it does not parse. ${thinkingRemedy(lane, config)}`,
    )
  if (seen.streamed_really === false)
    findings.push(`${way}: the stream comes all at once, so that the time to the first piece is the time to the last`)
  return findings
}

function thinkingRemedy(lane: string, config: BenchConfig): string {
  return config.lanes[lane]?.think
    ? `Write think: false in lanes: { ${lane} }`
    : "Let the server tell thinking apart (llama-server: --reasoning-format), or take the runtime's own kind"
}

/** In the words of the config, as far as another way is known to be honoured. */
function remedyOf({ own, lane, subject }: CapabilityRecord, readings: readonly ReadCombination[]): string {
  const honoured = readings.filter(
    ({ constraint, structure }) => constraint === 'honoured' && structure === own.structure,
  )
  const here = honoured.filter(({ endpoint }) => endpoint === own.endpoint)
  const unthinking = here.find(({ think, stream }) => think === 'off' && stream === own.stream)
  if (unthinking && own.think === 'on') return `With think off it is honoured: write think: false in lanes: { ${lane} }`
  if (unthinking) {
    return (
      'With thinking forbidden it is honoured, which this kind of runtime is never asked for: ' +
      `give the runtime of ${lane} its own kind (ollama, llama-server, vllm), which can ask for it`
    )
  }
  const thinking = here.find(({ think, stream }) => think === 'on' && stream === own.stream)
  if (thinking) return `With think on it is honoured: write think: true in lanes: { ${lane} }`
  const none = `write structured_output: none in lanes: { ${lane} }, so that nothing is claimed, or run another version of ${subject.runtime}`
  const [elsewhere] = honoured
  return elsewhere
    ? `The same server honours it otherwise (${wayOf(elsewhere)}), which lanes do not use: ${none}`
    : `No way to ask that was tried is honoured: ${none}`
}

function refusalOf({ combinations }: CapabilityRecord, own: Combination): string {
  const outcome = combinations.find((each) => isSameWay(each, own))?.outcome
  return outcome?.state === 'failed' ? outcome.message : 'without a reason'
}

/** What another version, or another model, made of the same questions. Pure. */
export function changesSince(record: CapabilityRecord, readings: readonly ReadCombination[]): string[] {
  const { earlier, subject } = record
  if (!earlier) return []
  const then = readCombinations(earlier.combinations as readonly AskedCombination[])
  const what =
    record.asked_because === 'runtime-changed'
      ? `the runtime changed since ${earlier.run_id} (${earlier.subject.version ?? earlier.subject.server_build ?? 'no version'} then, ${subject.version ?? subject.server_build ?? 'no version'} now)`
      : `the model changed since ${earlier.run_id}`
  const changes = readings.flatMap((now) => {
    const before = then.find((each) => isSameWay(each, now))
    const differs = before && isTold(before) && isTold(now) && before.constraint !== now.constraint
    return differs ? [`${wayOf(now)}: ${before.constraint} then, ${now.constraint} now`] : []
  })
  if (changes.length === 0) return [`${what}, so all was asked anew: nothing differs`]
  const more = changes.length - shownChanges
  return [
    `${what}, so all was asked anew: ${changes.slice(0, shownChanges).join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
  ]
}

function isTold({ constraint }: ReadCombination): boolean {
  return constraint !== 'not-asked' && constraint !== 'failed' && constraint !== 'undecided'
}
