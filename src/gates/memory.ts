import { isOnThisMachine } from '../config/endpoint.ts'
import { gatesFor } from '../config/gates-for.ts'
import { locationOf, runtimeOf } from '../config/location.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { memoryState, memoryStates } from './memory-state.ts'
import type { Gate } from './verdict.ts'
import { megabytes, percent } from './wording.ts'

/**
 * The machine's memory, and what its control group may have, must lastingly stay below critical, and no program may
 * stand still or be killed for want of it; above caution the pass holds under a condition. A load that was refused is a
 * failure.
 */
export const memoryGate: Gate = (input) => {
  const { config, lane, workload, evidence } = input
  const limits = config.machine.memory
  const { caution_used_percent: caution, critical_used_percent: critical } = limits
  const measured = evidence.filter(
    (each): each is EvidenceOf<'memory'> => each.kind === 'memory' && each.lane === lane && each.workload === workload,
  )
  const common = {
    gate: 'memory',
    lane,
    workload,
    required: gatesFor(config, workload).memory.required,
    needed: 1,
    n: measured.length,
    expected: `memory in use below ${critical} % of the machine, below ${caution} % without a condition`,
    evidence_ids: measured.map((each) => each.id),
  } as const
  if (locationOf(config, lane) === 'cloud') {
    return {
      ...common,
      status: 'not-applicable',
      observed: 'runs elsewhere',
      reason: 'a cloud lane uses no memory here',
    }
  }
  if (!isOnThisMachine(runtimeOf(config, lane))) {
    return {
      ...common,
      status: 'not-measured',
      observed: 'runs on another host',
      reason: 'the memory of another host is not measured from here',
      remedy: 'run the bench on that host, or set gates.memory.required to false',
    }
  }
  const lastLook = evidence.findLast(
    (each): each is EvidenceOf<'headroom'> =>
      each.kind === 'headroom' && each.lane === lane && each.options_sha256 === laneOptionsSha256(config, lane),
  )
  if (lastLook?.refused) {
    return {
      ...common,
      n: Math.max(1, measured.length),
      evidence_ids: [lastLook.id, ...common.evidence_ids],
      status: 'fail',
      observed: describeRoom(lastLook),
      reason: `the model was not loaded: ${describeRoom(lastLook)}`,
      remedy: 'close other programs, use a smaller model or a shorter context',
    }
  }
  const judged = measured.map((each) => memoryState(each, limits))
  const peaks = measured.flatMap(({ machine }) => (machine ? [machine.used.peak / machine.total] : []))
  const findings = judged
    .flatMap((each) => each.findings)
    .toSorted((one, other) => memoryStates.indexOf(other.state) - memoryStates.indexOf(one.state))
  const inUse = peaks.length === 0 ? 'memory in use not read' : `${percent(Math.max(...peaks))} in use at the peak`
  const observed = `${inUse}${describeServing(measured)}`
  const reasons = (state: (typeof memoryStates)[number]): string =>
    [...new Set(findings.filter((each) => each.state === state).map(({ text }) => text))].join('; ')
  const [worst] = findings
  if (peaks.length === 0 && worst?.state !== 'critical') {
    return {
      ...common,
      status: 'not-measured',
      observed: 'no sample',
      reason: 'the memory of this machine was not measured during the run',
      remedy: 'run the workload to its end on a system where memory can be read',
    }
  }
  switch (worst?.state) {
    case 'critical':
      return {
        ...common,
        status: 'fail',
        observed,
        reason: reasons('critical'),
        remedy: 'close other programs, use a smaller model or a shorter context',
      }
    case 'unknown':
      return {
        ...common,
        status: 'insufficient',
        observed,
        reason: reasons('unknown'),
        remedy: 'ask more records, so that memory is watched for longer',
      }
    case 'caution':
      return {
        ...common,
        status: 'pass',
        condition: [...new Set(findings.flatMap(({ condition }) => condition ?? []))].join(' and '),
        observed,
        reason: reasons('caution'),
      }
    default:
      return { ...common, status: 'pass', observed, reason: reasons('ok') || `below caution (${caution} %)` }
  }
}

/** "it should take 5.2 GB, and 3.1 GB can be taken before critical" */
export function describeRoom({ estimate, room_bytes }: EvidenceOf<'headroom'>): string {
  const takes = estimate ? `it should take ${megabytes(estimate.total_bytes)}` : 'what it takes is not known'
  if (room_bytes === undefined) return takes
  return `${takes}, and ${room_bytes > 0 ? `${megabytes(room_bytes)} can be taken before critical` : 'memory is critical already'}`
}

function describeServing(measured: readonly EvidenceOf<'memory'>[]): string {
  const serving = measured.flatMap(({ serving_rss }) => (serving_rss ? [serving_rss] : []))
  const [first] = serving
  if (!first) return ', serving process not readable'
  const peak = Math.max(...serving.map((each) => each.peak))
  const after = serving.at(-1)?.after ?? first.after
  return `, serving process ${megabytes(first.before)} before, ${megabytes(peak)} peak, ${megabytes(after)} after`
}
