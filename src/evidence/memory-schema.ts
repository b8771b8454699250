import { z } from 'zod'

/**
 * What memory did while a lane worked: facts of kind `memory`, without the fields that all evidence has. Bytes. No
 * threshold is in them, so that a later config can judge them anew.
 */

const bytes = z.number().int().min(0)
const count = z.number().int().min(0)
const milliseconds = z.number().min(0)

const movement = z.strictObject({ before: bytes, peak: bytes, after: bytes })
const level = movement.extend({
  held: z
    .array(z.strictObject({ seconds: z.number().positive(), level: bytes }))
    .optional()
    .describe('for each length of time, the highest level that was not left for so long; absent where watched shorter'),
  series: z
    .strictObject({ every_ms: z.number().positive(), lowest: z.array(bytes).max(64) })
    .optional()
    .describe('the lowest level of each stretch of time, in order'),
})
/** How one level moved, and what of it lasted. */
export type LevelEvidence = z.infer<typeof level>

export const memoryFacts = {
  samples: count,
  interval_ms: milliseconds,
  watched_ms: milliseconds.optional(),
  serving_rss: movement
    .extend({ loaded: bytes.optional().describe('when the model was in memory and nothing had been asked') })
    .optional()
    .describe('resident memory of the serving process and its children'),
  serving_pss: movement
    .optional()
    .describe(
      'the same with shared pages divided among those who map them; looked at rarely, so the peak may be missed',
    ),
  machine: z
    .strictObject({
      total: bytes,
      used: level.describe('total less available'),
      swap_used: movement,
    })
    .optional(),
  swapped: z
    .strictObject({
      in_bytes: bytes,
      out_bytes: bytes,
      highest_in_per_second: bytes.describe('bytes a second that came back, over five seconds'),
    })
    .optional()
    .describe('what the machine swapped meanwhile'),
  stalled: z
    .strictObject({
      some_avg10_peak: z.number().min(0).describe('percent of ten seconds in which some task stood still'),
      full_avg10_peak: z.number().min(0).describe('percent of ten seconds in which all tasks stood still'),
      some_ms: milliseconds,
      full_ms: milliseconds,
    })
    .optional()
    .describe("for want of memory, as Linux' kernel counts it (PSI)"),
  pressure_levels: z
    .strictObject({ normal: count, warning: count, critical: count })
    .optional()
    .describe("how many samples found macOS' kernel at each level of memory pressure"),
  oom_kills: count.optional().describe('processes of the machine that were killed for want of memory meanwhile'),
  cgroup: z
    .strictObject({
      version: z.literal([1, 2]),
      limit: bytes.optional().describe('the tightest above the serving process; absent where there is none'),
      used: level.optional().describe('without file pages that can be dropped at once'),
      oom_kills: count.optional(),
      limit_hits: count.optional().describe('how often the limit was met meanwhile; cached files alone can do that'),
    })
    .optional()
    .describe('control group of the serving process'),
  gpu: z
    .strictObject({ total: bytes, used: movement })
    .optional()
    .describe('memory of all graphics cards that have their own'),
  clock_mhz: z
    .strictObject({ before: z.number().min(0), lowest: z.number().min(0), after: z.number().min(0) })
    .optional()
    .describe('mean over all cores'),
  temperature_celsius: z
    .strictObject({ before: z.number(), peak: z.number(), after: z.number() })
    .optional()
    .describe('of the hottest sensor'),
}
