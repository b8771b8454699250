import { runsHere } from '../config/runs-here.ts'
import type { BenchConfig } from '../config/schema.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import { describeRoom } from '../gates/memory.ts'
import { type MemoryState, memoryState } from '../gates/memory-state.ts'
import { megabytes } from '../gates/wording.ts'
import { assessInterference, type InterferenceAssessment } from './interference.ts'
import type { Statement } from './statement.ts'
import { assessThrottling, type ThrottlingAssessment } from './throttling.ts'

/** What a load was estimated to take, and what it took; bytes. */
export interface LoadTaken {
  readonly estimated_bytes?: number
  /** Once the model was in memory, before it was asked; absent where nothing was loaded, or the process is not seen. */
  readonly taken_bytes?: number
  /** At the most while it answered. */
  readonly most_bytes?: number
  /** `growth`: of the serving process since before the load; `all-of-it`: it had loaded before anybody looked. */
  readonly taken_is?: 'growth' | 'all-of-it'
  readonly refused: boolean
  readonly text: string
  readonly evidence_ids: readonly string[]
}

/** What a lane did to its machine, workload by workload. */
export interface MemoryUse {
  readonly workload: string
  readonly state: MemoryState
  readonly text: string
  readonly evidence_ids: readonly string[]
}

/** What a lane of this machine takes of it. */
export interface LaneMachine {
  readonly load?: LoadTaken
  readonly memory: readonly MemoryUse[]
  readonly interference?: InterferenceAssessment
  readonly throttling: ThrottlingAssessment
}

/** Undefined for a lane that runs elsewhere. Pure. */
export function assessMachineUse(
  evidence: readonly Evidence[],
  config: BenchConfig,
  lane: string,
): LaneMachine | undefined {
  if (!runsHere(config, lane)) return undefined
  const options = laneOptionsSha256(config, lane)
  const looks = evidence.filter(
    (each): each is EvidenceOf<'headroom'> =>
      each.kind === 'headroom' && each.lane === lane && each.options_sha256 === options,
  )
  const memory = evidence.filter((each): each is EvidenceOf<'memory'> => each.kind === 'memory' && each.lane === lane)
  const beside = evidence.findLast(
    (each): each is EvidenceOf<'interference'> =>
      each.kind === 'interference' && each.lane === lane && each.options_sha256 === options,
  )
  // Later workloads find the model loaded.
  const look = looks.find((each) => !each.already_loaded) ?? looks[0]
  return {
    ...(look && { load: loadTaken(look, memory) }),
    memory: memory.map((each) => memoryUse(each, config)),
    ...(beside && { interference: assessInterference(beside, config.machine.interference.usable_ratio) }),
    throttling: assessThrottling(evidence, lane),
  }
}

function loadTaken(look: EvidenceOf<'headroom'>, memory: readonly EvidenceOf<'memory'>[]): LoadTaken {
  const { estimate, already_loaded, resident_before, refused, no_estimate } = look
  const seen = memory.find(({ run_id, serving_rss }) => run_id === look.run_id && serving_rss !== undefined)
  const taken_is = already_loaded ? 'all-of-it' : 'growth'
  const before = already_loaded ? 0 : resident_before
  // A server that holds less than before has put another model out: what this one took is not seen.
  const since = (level: number | undefined): number | undefined =>
    refused || level === undefined || before === undefined || level < before ? undefined : level - before
  const taken = since(seen?.serving_rss?.loaded)
  const most = since(seen?.serving_rss?.peak)
  const parts = estimate
    ? ` (weights ${megabytes(estimate.weights_bytes)}, cache for ${estimate.sequences > 1 ? `${estimate.sequences} × ` : ''}${estimate.context} tokens ${estimate.at_most ? 'at most ' : ''}${megabytes(estimate.cache_bytes)}, margin ${megabytes(estimate.margin_bytes)})`
    : ''
  const estimated = estimate
    ? `estimated ${megabytes(estimate.total_bytes)}${parts}`
    : `no estimate: ${no_estimate ?? 'not known'}`
  const took = refused
    ? `not loaded: ${describeRoom(look)}`
    : taken === undefined && most === undefined
      ? 'what it took was not seen'
      : `took ${[
          ...(taken === undefined ? [] : [megabytes(taken)]),
          ...(most === undefined ? [] : [`${megabytes(most)} at the most while it answered`]),
        ].join(', ')}${already_loaded ? ' (the whole server, which had loaded it before)' : ''}`
  return {
    ...(estimate && { estimated_bytes: estimate.total_bytes }),
    ...(taken !== undefined && { taken_bytes: taken }),
    ...(most !== undefined && { most_bytes: most, taken_is }),
    refused,
    text: `${estimated}, ${took}`,
    evidence_ids: [look.id, ...(most !== undefined && seen ? [seen.id] : [])],
  }
}

function memoryUse(facts: EvidenceOf<'memory'>, config: BenchConfig): MemoryUse {
  const { state, findings } = memoryState(facts, config.machine.memory)
  const { serving_rss, serving_pss, machine, swapped, stalled, cgroup, gpu } = facts
  const parts = [
    ...(serving_rss ? [`serving process ${movement(serving_rss)}${givenBack(serving_rss)}`] : []),
    ...(serving_pss ? [`its proportional share ${megabytes(serving_pss.peak)} at the most that was seen`] : []),
    ...(machine ? [`machine ${movement(machine.used)} of ${megabytes(machine.total)}`] : []),
    ...(cgroup?.limit !== undefined && cgroup.used
      ? [`control group (v${cgroup.version}) ${movement(cgroup.used)} of ${megabytes(cgroup.limit)}`]
      : []),
    ...(gpu ? [`graphics memory ${movement(gpu.used)} of ${megabytes(gpu.total)}`] : []),
    ...(swapped ? [`swapped in ${megabytes(swapped.in_bytes)}, out ${megabytes(swapped.out_bytes)}`] : []),
    ...(stalled ? [`stood still for want of memory ${Math.round(stalled.some_ms)} ms`] : []),
  ]
  const why = findings.map(({ text }) => text).join('; ')
  return {
    workload: facts.workload,
    state,
    text: `${state}${why === '' ? '' : ` (${why})`}: ${parts.join('; ')}`,
    evidence_ids: [facts.id],
  }
}

interface Moved {
  readonly before: number
  readonly peak: number
  readonly after: number
}

function movement({ before, peak, after }: Moved): string {
  return `${megabytes(before)} before, ${megabytes(peak)} peak, ${megabytes(after)} after`
}

/** What is back of that which was taken; less than this share is none, more than the other is all. */
const [noneShare, allShare] = [0.1, 0.9]

function givenBack({ before, peak, after }: Moved): string {
  if (peak <= before) return ', nothing taken'
  const share = (peak - after) / (peak - before)
  if (share < noneShare) return ', kept'
  return share > allShare ? ', given back' : `, ${megabytes(peak - after)} of ${megabytes(peak - before)} given back`
}

/** What deserves a look: a lane that slows down or takes the machine away from others. */
export function machineFindings({ interference, throttling }: LaneMachine): Statement[] {
  return [
    ...(interference?.usability === 'slowed'
      ? [{ text: interference.text, evidence_ids: interference.evidence_ids }]
      : []),
    ...(throttling.state === 'slower' ? [{ text: throttling.text, evidence_ids: throttling.evidence_ids }] : []),
  ]
}
