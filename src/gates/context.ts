import { gatesFor } from '../config/gates-for.ts'
import { locationOf } from '../config/location.ts'
import type { WorkloadConfig } from '../config/schema.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { Completion, EvidenceOf } from '../evidence/schema.ts'
import { moreContext, refuseInstead } from './context-remedy.ts'
import {
  type EffectiveContext,
  effectiveContext,
  type Shortfall,
  shortfallOf,
  shortfallOfAnswer,
} from './truncation.ts'
import { completionsOf, type Gate, type GateInput, isAnswered, whyTooFew } from './verdict.ts'

/** The last probe of a lane's context in a run, under its settings of today: it is of the lane, whatever the workload. */
export function contextProbeOf({
  config,
  evidence,
  lane,
}: Pick<GateInput, 'config' | 'evidence' | 'lane'>): EvidenceOf<'context'> | undefined {
  const options = laneOptionsSha256(config, lane)
  return evidence.findLast(
    (each): each is EvidenceOf<'context'> =>
      each.kind === 'context' && each.lane === lane && (each.options_sha256 ?? options) === options,
  )
}

/**
 * No prompt was cut off without a word, neither a record's nor the probe's, and the context has room for the workload's
 * longest prompt and its answer. A loud refusal of a prompt that is too long is right.
 */
export const contextGate: Gate = (input) => {
  const { config, lane, workload } = input
  const { output_tokens } = (config.workloads[workload] as WorkloadConfig).limits
  const all = completionsOf(input)
  const answered = all.filter(isAnswered)
  const probe = contextProbeOf(input)
  const longest = Math.max(0, ...answered.map(leastTokens), ...all.map(({ prompt }) => prompt.words ?? 0))
  const need = longest + output_tokens
  const inForce = answered.findLast(({ identity }) => identity.context_in_force !== undefined)?.identity
    .context_in_force
  const declared = inForce ?? probe?.context_in_force ?? contextOfRefusal(probe)
  const effective = effectiveContext(probe, all)
  const common = {
    gate: 'context',
    lane,
    workload,
    required: gatesFor(config, workload).context.required,
    n: probe ? 1 : 0,
    needed: 1,
    expected: `no prompt cut off silently, and room for ${longest === 0 ? 'the longest prompt' : `a prompt of ${longest}`} and an answer of ${output_tokens} tokens`,
    observed: describeContext(probe, declared, effective),
    evidence_ids: probe ? [probe.id] : answered.slice(0, 1).map(({ id }) => id),
  } as const

  const cut = answered.find((each) => shortfallOfAnswer(each) !== undefined)
  if (cut) {
    const why = describeShortfall(shortfallOfAnswer(cut) as Shortfall)
    return {
      ...common,
      status: 'fail',
      reason: `${cut.record_id}: ${why}`,
      offender: { record_id: cut.record_id, evidence_id: cut.id, why },
      evidence_ids: [cut.id],
      remedy: refuseInstead(config, lane, need),
    }
  }
  if (locationOf(config, lane) === 'cloud') {
    return { ...common, status: 'not-applicable', reason: 'a cloud lane is not probed, since that costs money' }
  }
  const trials = [
    ...(probe?.calibrations ?? []).map((trial) => [trial, 'a short prompt'] as const),
    [probe?.fitting, 'a prompt that fits what is declared'],
    [probe?.over, 'a prompt over the context'],
  ] as const
  for (const [trial, what] of trials) {
    const shortfall = shortfallOf(trial)
    if (!shortfall) continue
    return {
      ...common,
      status: 'fail',
      reason: `${what} was answered though it was cut off silently: ${describeShortfall(shortfall)}`,
      remedy: refuseInstead(config, lane, need),
    }
  }
  const refused = all.find(({ outcome }) => outcome.state === 'failed' && outcome.code === 'context-exceeded')
  if (refused) {
    const why = 'its prompt does not fit the context'
    return {
      ...common,
      status: 'fail',
      reason: `${refused.record_id}: ${why}`,
      offender: { record_id: refused.record_id, evidence_id: refused.id, why },
      evidence_ids: [refused.id],
      remedy: moreContext(config, lane, need),
    }
  }
  if (answered.length > 0 && declared !== undefined && declared < need) {
    return {
      ...common,
      status: 'fail',
      reason: `the context in force has ${declared} tokens, the longest prompt and its answer need ${need}`,
      remedy: moreContext(config, lane, need),
    }
  }
  if (!probe || answered.length === 0) {
    return {
      ...common,
      status: 'not-measured',
      reason: probe ? whyTooFew(input, all) : 'the context of this lane was not probed in this run',
      remedy: probe
        ? 'make the lane answer, then run again'
        : `run describe.lane('${workload}') without a body, or set gates.context.required to false`,
    }
  }
  const failed = failureOf(probe)
  if (failed !== undefined) {
    return {
      ...common,
      status: 'not-measured',
      reason: `the probe got no answer: ${failed}`,
      remedy: 'give the probe more time (context_probe.seconds of the lane) or a shorter prompt (maximum_tokens)',
    }
  }
  if (effective === undefined) {
    return {
      ...common,
      status: 'not-measured',
      reason:
        'the server counts no prompt tokens, and the answer did not repeat what stood in the prompt, which proves nothing',
      remedy: 'use a runtime that counts prompt tokens, or set gates.context.required to false',
    }
  }
  return {
    ...common,
    status: 'pass',
    reason: describeOver(probe),
    // What was not seen of longer prompts is not known, and an unknown is no pass.
    ...(!isFateOfOverKnown(probe) && {
      condition: `prompt and answer stay within ${effective.tokens} ${effective.by === 'recalled' ? 'words' : 'tokens'}, which were seen to arrive`,
    }),
  }
}

/** Whether a prompt over the context was refused, or counted and so seen to arrive whole. */
function isFateOfOverKnown({ over }: EvidenceOf<'context'>): boolean {
  if (over?.outcome.state === 'answered') return over.outcome.prompt_tokens !== undefined
  return over?.outcome.code === 'context-exceeded'
}

/** Tokens of an answer's prompt: as counted, and no fewer than its words. */
function leastTokens({ prompt, outcome }: Completion): number {
  return Math.max(prompt.words ?? 0, outcome.state === 'answered' ? (outcome.usage.prompt_tokens ?? 0) : 0)
}

/** "trained 8192, configured 2048, in force 2048, effective at least 1998": a number that nobody gave is left out. */
function describeContext(
  probe: EvidenceOf<'context'> | undefined,
  inForce: number | undefined,
  effective: EffectiveContext | undefined,
): string {
  const parts = [
    probe?.context_trained !== undefined && `trained ${probe.context_trained}`,
    probe?.context_configured !== undefined && `configured ${probe.context_configured}`,
    inForce !== undefined && `in force ${inForce}`,
    effective && describeEffective(effective),
  ].filter((part) => typeof part === 'string')
  return parts.join(', ') || 'nothing declared'
}

/** "effective at least 1998"; "effective 514, which is left of a longer prompt" */
export function describeEffective({ bound, tokens, by }: EffectiveContext): string {
  if (bound === 'at-most') return `effective ${tokens}, which is left of a longer prompt`
  return `effective at least ${tokens}${by === 'recalled' ? ' words' : ''}`
}

function describeShortfall({ counted, least }: Shortfall): string {
  return `the server counted ${counted} prompt tokens where the text has at least ${least}`
}

/** The size that the server named when it refused a prompt: the context in force of one that declares none. */
export function contextOfRefusal(probe: EvidenceOf<'context'> | undefined): number | undefined {
  const outcome = probe?.over?.outcome
  return outcome?.state === 'failed' ? outcome.context_tokens : undefined
}

/** Why nothing was learnt; a refusal of the fitting prompt is told by its message. */
function failureOf({ calibrations, fitting }: EvidenceOf<'context'>): string | undefined {
  const failed = [...calibrations, ...(fitting ? [fitting] : [])].find(({ outcome }) => outcome.state === 'failed')
  return failed?.outcome.state === 'failed' ? failed.outcome.message : undefined
}

function describeOver({ over, fitting, target_from, target_tokens }: EvidenceOf<'context'>): string {
  const caps = { seconds: 'context_probe.seconds', 'maximum-tokens': 'context_probe.maximum_tokens' } as const
  const cap = target_from === 'seconds' || target_from === 'maximum-tokens' ? caps[target_from] : undefined
  const capped = cap === undefined ? '' : `, filled up to ${target_tokens} tokens (${cap})`
  const { codes } = fitting?.outcome.state === 'answered' ? fitting.outcome : {}
  const recalled = codes ? [codes.head && 'head', codes.middle && 'middle', codes.tail && 'tail'].filter(Boolean) : []
  const repeated = recalled.length > 0 ? `; the model repeated what stood at its ${recalled.join(', ')}` : ''
  return `${whatBecameOf(over)}${capped}${repeated}`
}

function whatBecameOf(over: EvidenceOf<'context'>['over']): string {
  if (over?.outcome.state === 'answered') {
    return over.outcome.prompt_tokens === undefined
      ? 'what becomes of a prompt over the context is not known: the server counts no prompt tokens'
      : `a prompt of ${over.outcome.prompt_tokens} tokens, over all that is declared, was taken whole`
  }
  if (over?.outcome.state === 'failed' && over.outcome.code === 'context-exceeded')
    return 'a prompt over the context is refused'
  return `what becomes of a prompt over the context is not known${over?.outcome.state === 'failed' ? `: ${over.outcome.code}` : ''}`
}
