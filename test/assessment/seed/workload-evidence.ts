import type { Evidence } from '../../../src/evidence/schema.ts'
import { datasets, type SeedWorkload } from './datasets.ts'
import { durationsWith } from './durations.ts'
import { type Answer, baselines, completions, look, memory, type SeedLane } from './evidence.ts'
import { figures } from './figures.ts'
import { filledIn } from './filled-in.ts'
import type { ObservedModel } from './observed-lanes.ts'

/** The evidence of each workload, as the seed tells it; what is passed in is the deciding evidence, changed. */

const records = filledIn(25, 'of the gates; the seed asks 25 of prospect records only')

/** Answers to the first n records, right but for what `change` does to their fields. */
function answers(
  workload: SeedWorkload,
  durations_ms: readonly number[],
  change: (fields: Record<string, string>, index: number) => Record<string, string> = (fields) => fields,
): Answer[] {
  return durations_ms.map((total_ms, index) => ({
    index,
    raw: JSON.stringify(change({ ...datasets[workload].answer(index) }, index)),
    total_ms,
  }))
}

function without(fields: Record<string, string>, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
}

/** "the local model performs well after a short formatting prompt" */
export function meetingEvidence({ served_by }: { served_by?: ObservedModel } = {}): Evidence[] {
  const durations = durationsWith(records, filledIn({ median_s: 30, slowest_s: 44 }, 'not given'))
  return [
    look('local-quality'),
    ...completions(
      'meeting-summary',
      'local-quality',
      answers('meeting-summary', durations).map((each) => ({ ...each, ...(served_by && { served_by }) })),
    ),
    memory('meeting-summary', 'local-quality', filledIn(72, 'other heavy applications closed')),
    ...baselines('meeting-summary', records),
  ]
}

/** "memory pressure crosses the caution threshold when other heavy desktop applications are open" */
export function supportEvidence({
  peakPercent = filledIn(84, 'over caution, below critical; the seed gives no percentage'),
} = {}): Evidence[] {
  const { qwenSupport, phiSupport } = figures
  const onPhi = { median_s: phiSupport.median_s, slowest_s: filledIn(15, 'not given') }
  return [
    look('local-quality'),
    look('local-fast'),
    ...completions(
      'support-log-summary',
      'local-quality',
      answers('support-log-summary', durationsWith(records, qwenSupport)).map((each) => ({
        ...each,
        prompt_tokens: qwenSupport.prompt_tokens,
      })),
    ),
    memory('support-log-summary', 'local-quality', peakPercent),
    ...completions(
      'support-log-summary',
      'local-fast',
      answers('support-log-summary', durationsWith(records, onPhi), (fields) =>
        without(fields, ...filledIn(['ended_at', 'cause'], 'the seed says two of seven, not which')),
      ).map((each) => ({ ...each, prompt_tokens: qwenSupport.prompt_tokens })),
    ),
    memory('support-log-summary', 'local-fast', filledIn(52, 'the smaller model')),
    ...baselines('support-log-summary', records),
  ]
}

/** "cloud-primary because the task needs long-context reasoning and precise cross-file synthesis" */
export function architectureEvidence({
  cloudRecords = filledIn(59, 'measured as far as high stakes ask; the seed gives no cloud result'),
  localMisses = filledIn(10, 'of 25 records without the cross-file facts; the seed says only that it is too weak'),
} = {}): Evidence[] {
  const local = durationsWith(records, filledIn({ median_s: 120, slowest_s: 180 }, 'not given'))
  const cloud = Array.from({ length: cloudRecords }, () => filledIn(20_000, 'not given'))
  return [
    look('local-quality'),
    ...completions(
      'architecture-review',
      'local-quality',
      answers('architecture-review', local, (fields, index) =>
        index < localMisses ? { ...fields, depends_on: 'none', risk: 'none' } : fields,
      ),
    ),
    memory('architecture-review', 'local-quality', filledIn(76, 'not given')),
    ...(cloudRecords > 0 ? [look('cloud')] : []),
    ...completions('architecture-review', 'cloud', answers('architecture-review', cloud)),
    ...baselines('architecture-review', records),
  ]
}

/** "22 valid records, 2 records with missing source_confidence, and 1 record with an invented service category" */
export function prospectEvidence({
  asked = figures.prospects.records as number,
  missingConfidence = figures.broken.missingConfidence as number,
  inventedCategory = figures.broken.inventedCategory as number,
} = {}): Evidence[] {
  const durations = durationsWith(25, filledIn({ median_s: 38, slowest_s: 61 }, 'within the 90 s of the seed'))
  const first = filledIn(8, 'the seed does not say which records; these follow one another')
  return [
    look('local-quality'),
    ...completions(
      'prospect-research',
      'local-quality',
      answers('prospect-research', durations.slice(0, asked), (fields, index) => {
        const place = index - first
        if (place >= 0 && place < missingConfidence) return without(fields, 'source_confidence')
        if (place >= missingConfidence && place < missingConfidence + inventedCategory)
          return { ...fields, service_category: filledIn('growth hacking', 'the seed does not name the invented one') }
        return fields
      }),
    ),
    memory('prospect-research', 'local-quality', filledIn(74, 'not given')),
    ...baselines('prospect-research', asked),
  ]
}

/** "cheap, repeatable, and reduce external-token volume before any cloud call" */
export function redactionEvidence({ outsideVocabulary = 0 } = {}): Evidence[] {
  const durations = durationsWith(
    records,
    filledIn({ median_s: 3, slowest_s: 5 }, 'not given; the lane is the fast one'),
  )
  return [
    look('local-fast'),
    ...completions(
      'redaction-preflight',
      'local-fast',
      answers('redaction-preflight', durations, (fields, index) =>
        index < outsideVocabulary ? { ...fields, category: 'miscellaneous' } : fields,
      ),
    ),
    memory('redaction-preflight', 'local-fast', filledIn(45, 'not given')),
    ...baselines('redaction-preflight', records),
  ]
}

/** The whole run: looks come once a lane. */
export function seedEvidence(): Evidence[] {
  const all = [
    ...meetingEvidence(),
    ...supportEvidence(),
    ...architectureEvidence(),
    ...prospectEvidence(),
    ...redactionEvidence(),
  ]
  return [...new Map(all.map((each) => [each.id, each])).values()]
}

/** Without what one lane left behind. */
export function withoutLane(evidence: readonly Evidence[], lane: SeedLane): Evidence[] {
  return evidence.filter((each) => !('lane' in each) || each.lane !== lane)
}
