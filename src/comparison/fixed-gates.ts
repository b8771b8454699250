import type { GateName } from '../config/gates-for.ts'
import { requiredLevel } from '../config/required-level.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { describeEffective } from '../gates/context.ts'
import { whyUnproven } from '../gates/identity.ts'
import { judge } from '../gates/judge.ts'
import { effectiveContext } from '../gates/truncation.ts'
import { isAnswered } from '../gates/verdict.ts'
import { megabytes } from '../gates/wording.ts'
import type { ComparisonResult, GateComparison } from './gate-comparison.ts'
import type { Side } from './side.ts'

/** Gates whose evidence is no sample: what is shown of them is shown, and nothing is tested. Pure. */

/** Undefined: nothing speaks for or against it. */
type Standing = 'in-order' | 'broken' | undefined

function result(a: Standing, b: Standing): ComparisonResult {
  if (a === undefined || b === undefined) return 'too-few-to-say'
  return a === b ? 'no-evidence-of-change' : b === 'broken' ? 'regressed' : 'improved'
}

/** Whether each side's answers are proven to come from its model, by the level that today's config asks for. */
export function compareIdentity(a: Side, b: Side, config: BenchConfig): GateComparison & { readonly proven: boolean } {
  const [before, after] = [unprovenAnswer(a, config), unprovenAnswer(b, config)]
  const levels = [a, b].map(({ answer }) => answer?.identity.level ?? 'none')
  const why = [...(before ? [`A: ${before.why}`] : []), ...(after ? [`B: ${after.why}`] : [])]
  return {
    gate: 'identity',
    result: result(before ? 'broken' : 'in-order', after ? 'broken' : 'in-order'),
    n: Math.min(a.completions.length, b.completions.length),
    reason: why.join('; ') || `every answer is proven: level ${levels[0]} in A, ${levels[1]} in B`,
    evidence_ids: [before?.id ?? a.answer?.id, after?.id ?? b.answer?.id].filter((id) => id !== undefined),
    proven: before === undefined && after === undefined,
  }
}

function unprovenAnswer(side: Side, config: BenchConfig): { id: string; why: string } | undefined {
  for (const each of side.completions.filter(isAnswered)) {
    const required = config.lanes[side.lane] ? requiredLevel(config, side.lane) : each.identity.required
    const why = whyUnproven(each, required, undefined)
    if (why !== undefined) return { id: each.id, why: `${each.record_id}: ${why}` }
  }
  return undefined
}

/** Whether prompts came through whole. */
export function compareContext(a: Side, b: Side): GateComparison {
  const seen = [a, b].map((side) => effectiveContext(probeOf(side), side.completions))
  const [before, after] = seen.map((each): Standing => each && (each.bound === 'at-most' ? 'broken' : 'in-order'))
  const [first, second] = seen.map((each) => (each ? describeEffective(each) : 'not measured'))
  return {
    gate: 'context',
    result: result(before, after),
    n: seen.filter((each) => each !== undefined).length,
    reason: `${first} in A, ${second} in B`,
    evidence_ids: seen.flatMap((each) => (each ? [each.evidence_id] : [])),
  }
}

/** Of the settings that the answers were taken under, whatever the config has today. */
function probeOf({ evidence, lane, answer }: Side): EvidenceOf<'context'> | undefined {
  return evidence
    .filter((each) => each.kind === 'context')
    .findLast(
      (each) => each.lane === lane && (each.options_sha256 ?? answer?.options_sha256) === answer?.options_sha256,
    )
}

/** One peak a run is no sample: only that the gate itself passes on one side and fails on the other says something. */
export function compareMemory(a: Side, b: Side, config: BenchConfig, workload: string): GateComparison {
  const peaks = [a, b].map(({ evidence, lane }) =>
    evidence.flatMap((each) =>
      each.kind === 'memory' && each.lane === lane && each.workload === workload ? (each.serving_rss?.peak ?? []) : [],
    ),
  )
  const [before, after] = peaks.map((each) => (each.length > 0 ? megabytes(Math.max(...each)) : 'not measured'))
  const judged = compareVerdicts('memory', a, b, config, workload)
  const isNews = judged?.result === 'regressed' || judged?.result === 'improved'
  return {
    gate: 'memory',
    result: isNews ? judged.result : 'too-few-to-say',
    n: Math.min(...peaks.map((each) => each.length)),
    reason: `serving process ${before} at its peak in A, ${after} in B${isNews ? `; ${judged.reason}` : '; one peak a run is no sample'}`,
    evidence_ids: judged?.evidence_ids ?? [],
  }
}

/** Undefined where the gate applies to neither side, or the config does not know a lane. */
export function compareVerdicts(
  gate: GateName,
  a: Side,
  b: Side,
  config: BenchConfig,
  workload: string,
): GateComparison | undefined {
  if (!config.lanes[a.lane] || !config.lanes[b.lane]) return undefined
  const [before, after] = [a, b].map(({ evidence, lane }) => judge(gate, { config, evidence, lane, workload }))
  if (!before || !after || (before.status === 'not-applicable' && after.status === 'not-applicable')) return undefined
  const standing = (status: string): Standing =>
    status === 'pass' ? 'in-order' : status === 'fail' ? 'broken' : undefined
  return {
    gate,
    result: result(standing(before.status), standing(after.status)),
    n: Math.min(before.n, after.n),
    reason: `${before.status} in A, ${after.status} in B${after.status === 'pass' ? '' : `: ${after.reason}`}`,
    evidence_ids: [...before.evidence_ids.slice(0, 1), ...after.evidence_ids.slice(0, 1)],
  }
}
