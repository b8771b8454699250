import type { Completion } from '../evidence/schema.ts'
import { generatedPerSecond, promptPerSecond, type Speeds, timePerOutputToken_ms } from '../gates/answer-speed.ts'

type Outcome = Extract<Completion['outcome'], { state: 'answered' }>

/** What was timed and counted of one answer, a line each kind. What was not measured is left out. Pure. */
export function describeTiming(outcome: Outcome): string {
  const { usage, timing, finish_reason } = outcome
  const whole = (value_ms: number | undefined, what: string): string[] =>
    value_ms === undefined ? [] : [`${Math.round(value_ms)} ms ${what}`]
  const fine = (value_ms: number | undefined, what: string): string[] =>
    value_ms === undefined ? [] : [`${what} ${value_ms.toFixed(1)} ms`]
  const gaps = [
    ...fine(timing.median_gap_ms, 'median'),
    ...fine(timing.p95_gap_ms, 'p95'),
    ...fine(timing.longest_gap_ms, 'longest'),
  ]
  return [
    [
      `${timing.state}, ${Math.round(timing.total_ms)} ms in all`,
      ...whole(timing.first_thinking_ms, 'to the first thinking'),
      ...whole(timing.first_content_ms, 'to the first content'),
      ...(usage.prompt_tokens === undefined ? [] : [`${usage.prompt_tokens} prompt tokens`]),
      ...(usage.cached_prompt_tokens === undefined ? [] : [`${usage.cached_prompt_tokens} of them cached`]),
      ...(usage.output_tokens === undefined ? [] : [`${usage.output_tokens} output tokens`]),
      `finish reason ${finish_reason}`,
    ].join(', '),
    ...(gaps.length > 0 ? [`between ${timing.chunks} chunks: ${gaps.join(', ')}`] : []),
    ...fine(timePerOutputToken_ms(outcome), 'per output token'),
    // Of a prompt that may have been cached in part, nobody knows how much was read.
    ...(timing.state === 'prefix-cached' ? [] : speeds('prompt', promptPerSecond(outcome))),
    ...speeds('generation', generatedPerSecond(outcome)),
  ].join('\n')
}

function speeds(what: string, { server, wire }: Speeds): string[] {
  const rates = [
    ...(server === undefined ? [] : [`${server.toFixed(1)} tok/s by the server`]),
    ...(wire === undefined ? [] : [`${wire.toFixed(1)} tok/s by what arrived`]),
  ]
  return rates.length > 0 ? [`${what} ${rates.join(', ')}`] : []
}
