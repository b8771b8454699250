import { isOnThisMachine } from '../config/endpoint.ts'
import { locationOf, runtimeOf } from '../config/location.ts'
import type { BenchConfig, RuntimeKind } from '../config/schema.ts'
import { unverifiedKinds } from '../config/unverified.ts'
import type { Completion, Evidence, EvidenceOf } from '../evidence/schema.ts'
import { contextOfRefusal, contextProbeOf } from '../gates/context.ts'
import { type EffectiveContext, effectiveContext } from '../gates/truncation.ts'
import { isAnswered } from '../gates/verdict.ts'
import { assessCapability, type CapabilityAssessment } from './capability.ts'
import { identityNotes } from './identity-notes.ts'
import { assessMachineUse, type LaneMachine } from './lane-machine.ts'
import { assessSpeed, type LaneSpeed } from './lane-speed.ts'
import { type Placement, placementOf } from './placement.ts'
import type { Statement } from './statement.ts'
import type { WorkloadAssessment } from './workload-assessment.ts'

/** Five different things; a lane stands on the highest that was shown. */
export const ladder = ['configured', 'present', 'loaded', 'answered', 'reliable'] as const

/** What was seen of a lane in all its workloads. A number that was not measured is absent. */
export interface LaneAssessment {
  readonly lane: string
  readonly location: 'local' | 'cloud'
  readonly runtime: RuntimeKind
  /** True where this kind of runtime never met its real program, only captures of it. */
  readonly unverified_platform: boolean
  readonly rung: (typeof ladder)[number]
  readonly requested_model: string
  readonly observed_model?: string
  readonly weights_sha256?: string
  readonly pinned: boolean
  readonly description?: NonNullable<EvidenceOf<'lane'>['description']>
  readonly load_ms?: number
  /** Median tokens per second, from the runtime's own timings where it gives them; both witnesses stand in `speed`. */
  readonly prompt_tokens_per_second?: number
  readonly generated_tokens_per_second?: number
  readonly speed: LaneSpeed
  readonly peak_rss_bytes?: number
  readonly context: ContextAssessment
  /** Where the weights are; absent for a cloud lane and for one that was not loaded. */
  readonly placement?: Placement
  /** What it takes of this machine; absent where it runs elsewhere. */
  readonly machine?: LaneMachine
  readonly failure?: string
  /** What its runtime makes of think, streams and schemas; absent where it was not probed. */
  readonly capability?: CapabilityAssessment
  /** How it met a tag that cannot exist, other names of its weights, what changed since the latest run. */
  readonly identity_notes: readonly Statement[]
  readonly evidence_ids: readonly string[]
}

/** Four numbers, in tokens; one that nobody gave or measured is absent. */
export interface ContextAssessment {
  /** What the model was trained for. */
  readonly trained?: number
  /** What the lane, else the tag, asks for. */
  readonly configured?: number
  /** What the runtime declares, else what it named when it refused a prompt. */
  readonly in_force?: number
  /** What was seen to reach the model. */
  readonly effective?: EffectiveContext
}

export function assessLane(
  evidence: readonly Evidence[],
  config: BenchConfig,
  lane: string,
  workloads: readonly WorkloadAssessment[],
): LaneAssessment {
  const looks = evidence.filter((each): each is EvidenceOf<'lane'> => each.kind === 'lane' && each.lane === lane)
  const answered = evidence
    .filter((each): each is Completion => each.kind === 'completion' && each.lane === lane)
    .filter(isAnswered)
  const runtime = runtimeOf(config, lane)
  const proven = answered.find((each) => each.identity.weights_sha256 !== undefined)
  const best = looks.toSorted((a, b) => ladder.indexOf(b.rung) - ladder.indexOf(a.rung))[0]
  const reliable = workloads.some(({ standings }) =>
    standings.some((each) => each.lane === lane && (each.status === 'proven' || each.status === 'conditional')),
  )
  const failure = looks.find((look) => look.failure)?.failure?.message
  const load_ms = looks.find((look) => look.load_ms !== undefined)?.load_ms
  const peak = evidence.flatMap((each) =>
    each.kind === 'memory' && each.lane === lane ? (each.serving_rss?.peak ?? []) : [],
  )
  const speed = assessSpeed(evidence, config, lane)
  const prompt = speed.prompt?.server ?? speed.prompt?.wire
  const generated = speed.generated?.server ?? speed.generated?.wire
  const location = locationOf(config, lane)
  const capability = assessCapability(evidence, config, lane)
  const machineUse = assessMachineUse(evidence, config, lane)
  const peak_rss_bytes = peak.length > 0 ? Math.max(...peak) : undefined
  const machine = isOnThisMachine(runtime) ? evidence.find((each) => each.kind === 'machine') : undefined
  return {
    lane,
    location,
    runtime: runtime.kind,
    unverified_platform: unverifiedKinds.has(runtime.kind),
    rung: reliable ? 'reliable' : answered.length > 0 ? 'answered' : (best?.rung ?? 'configured'),
    requested_model: config.lanes[lane]?.model ?? '',
    ...(answered[0]?.observed_model !== undefined && { observed_model: answered[0].observed_model }),
    ...(proven?.identity.weights_sha256 !== undefined && { weights_sha256: proven.identity.weights_sha256 }),
    pinned: config.lanes[lane]?.weights !== undefined || config.lanes[lane]?.digest !== undefined,
    ...(best?.description && { description: best.description }),
    ...(load_ms !== undefined && { load_ms }),
    ...(prompt !== undefined && { prompt_tokens_per_second: prompt }),
    ...(generated !== undefined && { generated_tokens_per_second: generated }),
    speed,
    ...(peak_rss_bytes !== undefined && { peak_rss_bytes }),
    context: contextOf(evidence, config, lane, best?.description),
    ...(location === 'local' &&
      best?.description && {
        placement: placementOf({
          ...best.description,
          gpus: machine?.gpus,
          peak_rss_bytes,
          generated_tokens_per_second: generated,
          shared_memory: machine?.operating_system.startsWith('darwin') === true,
        }),
      }),
    ...(machineUse && { machine: machineUse }),
    ...(failure !== undefined && { failure }),
    ...(capability && { capability }),
    identity_notes: identityNotes(evidence, config, lane),
    evidence_ids: looks.slice(0, 1).map((look) => look.id),
  }
}

function contextOf(
  evidence: readonly Evidence[],
  config: BenchConfig,
  lane: string,
  description: LaneAssessment['description'],
): ContextAssessment {
  const probe = contextProbeOf({ config, evidence, lane })
  const completions = evidence.filter((each): each is Completion => each.kind === 'completion' && each.lane === lane)
  const trained = probe?.context_trained ?? description?.context_trained
  const configured = config.lanes[lane]?.context ?? description?.context_configured
  const in_force = probe?.context_in_force ?? description?.context_in_force ?? contextOfRefusal(probe)
  const effective = effectiveContext(probe, completions)
  return {
    ...(trained !== undefined && { trained }),
    ...(configured !== undefined && { configured }),
    ...(in_force !== undefined && { in_force }),
    ...(effective && { effective }),
  }
}
