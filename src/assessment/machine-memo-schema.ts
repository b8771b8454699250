import { z } from 'zod'
import { usabilities } from './interference.ts'
import { throttlings } from './throttling.ts'

/** The part of memo.json that says what a lane takes of its machine: `machine` of a lane. */

const text = z.string()
const positive = z.number().min(0)
const bytes = z.int().min(0)
const count = z.int().min(0)
const ids = z.array(text).describe('evidence that the statement rests on')
const interval = z.strictObject({ lower: z.number(), upper: z.number() })
const distribution = z.strictObject({
  n: count,
  median: positive,
  median_interval: interval.optional(),
  p90: positive.optional(),
  p95: positive.optional(),
  p99: positive.optional(),
  max: positive,
})
const others = z.array(z.strictObject({ name: text, resident_bytes: bytes, cores: positive }))

export const laneMachineMemoSchema = z.strictObject({
  load: z
    .strictObject({
      estimated_bytes: bytes.optional(),
      taken_bytes: bytes.optional().describe('once it was in memory, before it was asked'),
      most_bytes: bytes.optional().describe('at the most while it answered'),
      taken_is: z.enum(['growth', 'all-of-it']).optional(),
      refused: z.boolean(),
      text,
      evidence_ids: ids,
    })
    .optional(),
  memory: z.array(
    z.strictObject({
      workload: text,
      state: z.enum(['ok', 'caution', 'critical', 'unknown']),
      text,
      evidence_ids: ids,
    }),
  ),
  interference: z
    .strictObject({
      usability: z.enum(usabilities),
      idle: distribution.optional().describe('of the task, milliseconds'),
      answering: distribution.optional(),
      ratio: positive.optional().describe('how many times as long the task takes while the lane answers'),
      interval: interval.optional().describe('around the ratio, 95 %'),
      p_value: z.number().min(0).max(1).optional(),
      largest_by_memory: others.optional(),
      largest_by_processor: others.optional(),
      text,
      evidence_ids: ids,
    })
    .optional(),
  throttling: z.strictObject({
    state: z.enum(throttlings),
    n: count.describe('answers in each third'),
    change: z.number().optional().describe('of generated tokens per second, last third over first, less one'),
    interval: interval.optional(),
    p_value: z.number().min(0).max(1).optional(),
    text,
    evidence_ids: ids,
  }),
})
