import { isOnThisMachine } from '../config/endpoint.ts'
import { gatesFor } from '../config/gates-for.ts'
import { locationOf, runtimeOf } from '../config/location.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import type { Gate } from './verdict.ts'
import { megabytes, percent } from './wording.ts'

/** The machine's memory in use must stay below critical; above caution the pass holds under a condition. */
export const memoryGate: Gate = (input) => {
  const { config, lane, workload, evidence } = input
  const { caution_used_percent: caution, critical_used_percent: critical } = config.machine.memory
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
  const shares = measured.flatMap(({ machine }) => (machine ? [(100 * machine.used.peak) / machine.total] : []))
  if (shares.length === 0) {
    return {
      ...common,
      status: 'not-measured',
      observed: 'no sample',
      reason: 'the memory of this machine was not measured during the run',
      remedy: 'run the workload to its end on a system where memory can be read',
    }
  }
  const peak = Math.max(...shares)
  const observed = `${percent(peak / 100)} in use at the peak${describeServing(measured)}`
  if (peak >= critical) {
    return {
      ...common,
      status: 'fail',
      observed,
      reason: `memory in use reached ${percent(peak / 100)}, critical is ${critical} %`,
      remedy: 'close other programs, use a smaller model or a shorter context',
    }
  }
  if (peak >= caution) {
    return {
      ...common,
      status: 'pass',
      condition: `memory in use stays below ${caution} %`,
      observed,
      reason: `above caution (${caution} %), below critical (${critical} %)`,
    }
  }
  return { ...common, status: 'pass', observed, reason: `below caution (${caution} %)` }
}

function describeServing(measured: readonly EvidenceOf<'memory'>[]): string {
  const serving = measured.flatMap(({ serving_rss }) => (serving_rss ? [serving_rss] : []))
  const [first] = serving
  if (!first) return ', serving process not readable'
  return `, serving process ${megabytes(first.before)} before, ${megabytes(Math.max(...serving.map((each) => each.peak)))} peak, ${megabytes(serving.at(-1)?.after ?? first.after)} after`
}
