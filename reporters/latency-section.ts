import type { Assessment } from '../src/assessment/assess.ts'
import type { LaneSpeed, MedianSpeed } from '../src/assessment/lane-speed.ts'
import { describeDistribution, describeMedian, describeTail } from '../src/gates/latency-populations.ts'
import { seconds } from '../src/gates/wording.ts'
import { cite, plain, table } from './markdown.ts'

/** The memo's pages on time: how fast each lane is, by two witnesses, and how long its answers took. Pure. */
export function latencySection({ lanes, latencies, workloads }: Assessment): string {
  const title = (workload: string): string => workloads.find((each) => each.workload === workload)?.title ?? workload
  const speeds = lanes.flatMap(({ lane, speed }) => describeSpeed(lane, speed))
  const rows = latencies.flatMap(({ workload, lane, populations }) =>
    populations.map(
      ({ state, total, first_content, first_thinking, per_output_token, between_chunks, evidence_ids }) => [
        plain(title(workload)),
        plain(lane),
        state,
        `${total.n}`,
        total.n === 1 ? describeDistribution(total) : describeMedian(total),
        total.n === 1 ? '–' : describeTail(total),
        [
          ...(first_thinking ? [`thinking ${seconds(first_thinking.median)}`] : []),
          ...(first_content ? [`${first_thinking ? 'content ' : ''}${seconds(first_content.median)}`] : []),
        ].join(', ') || 'not seen',
        per_output_token ? milliseconds(per_output_token.median) : 'not computable',
        between_chunks
          ? [
              milliseconds(between_chunks.median_ms),
              ...(between_chunks.p95_ms === undefined ? [] : [`p95 ${milliseconds(between_chunks.p95_ms)}`]),
              `longest ${milliseconds(between_chunks.longest_ms)}`,
            ].join(', ')
          : 'not seen',
        cite(evidence_ids),
      ],
    ),
  )
  if (rows.length === 0 && speeds.length === 0) return 'No answer was timed.'
  return [
    ...speeds,
    ...(rows.length > 0
      ? [
          table(
            [
              'Workload',
              'Lane',
              'Answers',
              'n',
              'Median (95 % interval)',
              'Tail',
              'First token',
              'Per output token',
              'Between chunks',
              'Evidence',
            ],
            rows,
          ),
          'Cold, warm and prefix-cached answers are never pooled. A percentile stands only where n bears it, an interval from n = 6. A chunk may hold several tokens.',
        ]
      : []),
  ].join('\n\n')
}

/** "local: prompts 172 tok/s by the server, 168 by what arrived (n = 5, fresh prefix); generation …" */
function describeSpeed(lane: string, { prompt, generated, concurrency, findings, evidence_ids }: LaneSpeed): string[] {
  const parts = [
    ...(prompt ? [`prompts ${describeMedianSpeed(prompt)}`] : []),
    ...(generated ? [`generation ${describeMedianSpeed(generated)}`] : []),
    ...(concurrency?.levels ?? [])
      .filter((level) => level.concurrency > 1)
      .map((level) => `${level.concurrency} calls at once: ${plain(level.text)}`),
  ]
  if (parts.length === 0 && findings.length === 0) return []
  const cited = evidence_ids.length > 0 ? ` (${cite(evidence_ids)})` : ''
  return [
    ...(parts.length > 0 ? [`${plain(lane)}: ${parts.join('; ')}${cited}.`] : []),
    ...findings.map((finding) => `**${plain(lane)}:** ${plain(finding.text)} (${cite(finding.evidence_ids)}).`),
  ]
}

function describeMedianSpeed({ server, wire, n, measured_on }: MedianSpeed): string {
  const rate = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} tok/s`
  const witnesses = [
    ...(server === undefined ? [] : [`${rate(server)} by the server`]),
    ...(wire === undefined ? [] : [`${rate(wire)} by what arrived`]),
  ]
  return `${witnesses.join(', ')} (median of ${n}${measured_on === 'probe' ? ', no cached prefix' : ''})`
}

/** 15.2 ms; `seconds` from a tenth of a second on. */
function milliseconds(value_ms: number): string {
  return value_ms < 100 ? `${value_ms.toFixed(1)} ms` : seconds(value_ms)
}
