import type { ConcurrencyLevel } from '../evidence/latency-schema.ts'
import { count, seconds } from '../gates/wording.ts'
import { median } from '../statistics/quantile.ts'

export const concurrencyJudgements = ['alone', 'parallel', 'partly-parallel', 'queued', 'unclear'] as const
export type ConcurrencyJudgement = (typeof concurrencyJudgements)[number]

/** What became of calls that were sent at the same moment. A number that was not measured is absent. */
export interface LevelAssessment {
  readonly concurrency: number
  readonly judgement: ConcurrencyJudgement
  /** The most answers that arrived at the same time, for a tenth of the time or more: 1 in a queue, all in parallel. */
  readonly answers_at_once?: number
  /** From one call's first token to the next one's, as a share of one call's stream: 1 or more in a queue. */
  readonly first_token_growth?: number
  readonly first_token_ms?: { readonly earliest: number; readonly latest: number }
  /** Tokens of all calls by the time that all of them took. */
  readonly tokens_per_second?: number
  readonly text: string
}

/** Fewer pieces do not show when an answer was made. */
const leastChunks = 8
/** Answers that arrive in less of the time than this were made before they were sent. */
const leastStreamedShare = 0.2
/** So many answers are under way at once if they are for this share of the time: less may be the wire's doing. */
const sustainedShare = 0.1
/** A call that waits for the one before it gets its first token a whole answer later. */
const queuedGrowth = 0.5

/**
 * Parallel or queued? By whether the streams overlap in time, and by how much later each call's first token comes. The
 * throughput in all is shown but decides nothing: on a few cores it hardly grows where calls are served together. Pure.
 */
export function assessLevel(level: ConcurrencyLevel): LevelAssessment {
  const { concurrency, calls } = level
  const tokens_per_second = throughput(level)
  const known = { concurrency, ...(tokens_per_second !== undefined && { tokens_per_second }) }
  const failed = calls.find((call) => call.state === 'failed')
  if (failed) {
    const n = calls.filter((call) => call.state === 'failed').length
    return { ...known, judgement: 'unclear', text: `${n} of ${concurrency} failed: ${failed.message}` }
  }
  const streams = calls
    .flatMap((call) =>
      call.state === 'answered' && call.first_token_ms !== undefined && call.chunks >= leastChunks
        ? [{ from: call.first_token_ms, to: call.total_ms }]
        : [],
    )
    .sort((a, b) => a.from - b.from)
  const under_way_ms = timesAtOnce(streams)
  const covered_ms = under_way_ms[0] ?? 0
  if (streams.length < concurrency || covered_ms < leastStreamedShare * level.total_ms) {
    return { ...known, judgement: 'unclear', text: 'the answers came in too few pieces to see when they were made' }
  }
  const earliest = streams[0]?.from ?? 0
  const latest = streams.at(-1)?.from ?? 0
  const answers_at_once = under_way_ms.filter((time_ms) => time_ms >= sustainedShare * covered_ms).length
  const first_token_growth =
    concurrency < 2
      ? undefined
      : (latest - earliest) / (concurrency - 1) / median(streams.map(({ from, to }) => to - from))
  const seen = {
    ...known,
    answers_at_once,
    ...(first_token_growth !== undefined && { first_token_growth }),
    first_token_ms: { earliest, latest },
  }
  const judgement = judge(concurrency, answers_at_once, first_token_growth ?? 0)
  return { ...seen, judgement, text: `${titles[judgement]} (${numbers(seen)})` }
}

const titles = {
  alone: 'alone',
  parallel: 'in parallel',
  'partly-parallel': 'some together, the others after them',
  queued: 'one after the other',
  unclear: 'unclear',
} as const

function judge(concurrency: number, at_once: number, growth: number): ConcurrencyJudgement {
  if (concurrency < 2) return 'alone'
  if (at_once === concurrency) return 'parallel'
  if (at_once > 1) return 'partly-parallel'
  return growth >= queuedGrowth ? 'queued' : 'unclear'
}

function numbers({
  answers_at_once,
  first_token_ms,
  tokens_per_second,
}: Pick<LevelAssessment, 'answers_at_once' | 'first_token_ms' | 'tokens_per_second'>): string {
  return [
    ...(answers_at_once === undefined ? [] : [count(answers_at_once, 'answer at a time', 'answers at a time')]),
    ...(first_token_ms
      ? [
          `first token after ${seconds(first_token_ms.earliest)}${seconds(first_token_ms.earliest) === seconds(first_token_ms.latest) ? '' : ` to ${seconds(first_token_ms.latest)}`}`,
        ]
      : []),
    ...(tokens_per_second === undefined ? [] : [`${tokens_per_second.toFixed(0)} tok/s in all`]),
  ].join(', ')
}

/** Undefined where a call failed or the server did not count its tokens. */
function throughput({ calls, total_ms }: ConcurrencyLevel): number | undefined {
  const tokens = calls.map((call) => (call.state === 'answered' ? call.usage.output_tokens : undefined))
  const sum = tokens.reduce<number | undefined>(
    (all, each) => (all === undefined || each === undefined ? undefined : all + each),
    0,
  )
  return sum === undefined || total_ms <= 0 ? undefined : (1000 * sum) / total_ms
}

/** For how long at least 1, 2, 3 … streams were under way, milliseconds. */
function timesAtOnce(streams: readonly { readonly from: number; readonly to: number }[]): number[] {
  const changes = streams
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by)
  const times = streams.map(() => 0)
  let open = 0
  let since = 0
  for (const { at, by } of changes) {
    for (let index = 0; index < open; index += 1) times[index] = (times[index] as number) + at - since
    open += by
    since = at
  }
  return times
}
