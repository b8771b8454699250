import { locationOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { LogFacts } from '../evidence/log-schema.ts'
import type { Completion, Evidence } from '../evidence/schema.ts'
import type { Statement } from './statement.ts'

/** A refusal holds against an answer that is no further away in time. */
const reach_ms = 15 * 60_000
const minute_ms = 60_000

/** What logs say against what a run measured in the same minutes. */
export interface LogContradiction extends Statement {
  /** Lines that refuse local work while a local lane answered. */
  readonly lines: number
  /** Jobs whose first refusal stands among them. */
  readonly jobs: number
  readonly first_minute: string
  readonly last_minute: string
  /** By how much the queue grew in that time; absent where the logs do not tell, or it did not grow. */
  readonly queue_growth?: number
  /** The jobs' part of that growth, at most 1. */
  readonly share_of_growth?: number
}

/**
 * Refusals of local work ("blocked") in minutes in which a local lane answered: the nearest question within 15 minutes
 * was answered. Pure. `logId`: evidence of the logs, where there is one.
 */
export function logContradictions(
  logs: Pick<LogFacts, 'blocks' | 'queue'>,
  evidence: readonly Evidence[],
  config: BenchConfig | undefined,
  logId?: string,
): readonly LogContradiction[] {
  const asked = evidence
    .filter((each) => each.kind === 'completion')
    .filter(({ lane }) => !config || (lane in config.lanes && locationOf(config, lane) === 'local'))
  const vetoed = logs.blocks.flatMap((block) => {
    const nearest = nearestTo(Date.parse(block.minute) + minute_ms / 2, asked)
    return nearest?.outcome.state === 'answered' ? [{ ...block, nearest }] : []
  })
  const [first, last] = [vetoed[0], vetoed.at(-1)]
  if (!first || !last) return []
  const lines = vetoed.reduce((sum, block) => sum + block.lines, 0)
  const jobs = vetoed.reduce((sum, block) => sum + block.new_jobs, 0)
  const growth = queueGrowth(logs.queue, first.minute, last.minute)
  const share = growth === undefined || jobs === 0 ? undefined : Math.min(1, jobs / growth)
  const lanes = [...new Set(vetoed.map(({ nearest }) => nearest.lane))].sort()
  const answers = [...new Set(vetoed.map(({ nearest }) => nearest.id))]
  return [
    {
      text:
        `logs refuse local work ${lines} times (${jobs} jobs) between ${clock(first.minute)} and ${clock(last.minute)} UTC, ` +
        `while ${lanes.join(', ')} answered: the block is stale or looks at something else` +
        (share === undefined || growth === undefined
          ? ''
          : `; the queue grew by ${growth} in that time, and these jobs are ${Math.round(share * 100)} % of it`),
      evidence_ids: [...(logId === undefined ? [] : [logId]), ...answers],
      lines,
      jobs,
      first_minute: first.minute,
      last_minute: last.minute,
      ...(growth !== undefined && { queue_growth: growth }),
      ...(share !== undefined && { share_of_growth: share }),
    },
  ]
}

function nearestTo(moment: number, asked: readonly Completion[]): Completion | undefined {
  let nearest: Completion | undefined
  let distance = reach_ms
  for (const each of asked) {
    const away = Math.abs(Date.parse(each.at) - moment)
    // A failure as near as an answer outweighs it.
    if (away < distance || (away === distance && each.outcome.state === 'failed')) {
      nearest = each
      distance = away
    }
  }
  return nearest
}

/** From the last depth before the first refusal to the last one in the minutes of the refusals. */
function queueGrowth(queue: LogFacts['queue'], first: string, last: string): number | undefined {
  const before = queue.filter(({ minute }) => minute < first).at(-1) ?? queue.find(({ minute }) => minute === first)
  const after = queue.filter(({ minute }) => minute <= last).at(-1)
  if (!before || !after || after.minute <= before.minute) return undefined
  return after.depth > before.depth ? after.depth - before.depth : undefined
}

function clock(minute: string): string {
  return minute.slice(0, 16).replace('T', ' ')
}
