import { z } from 'zod'

/** How a lane's speed is probed: settings of a lane. */

export const latencyProbeSchema = z
  .strictObject({
    calls: z.int().min(0).max(100).default(5).describe('so many at most, one after the other; 0 leaves the probe out'),
    output_tokens: z
      .int()
      .min(2)
      .max(4096)
      .default(144)
      .describe('each answer is cut there; from 128 on the speed is compared within 3 %'),
    seconds: z
      .number()
      .positive()
      .max(86_400)
      .default(30)
      .describe('no further call begins that would end later, going by the slowest one so far'),
  })
  .prefault({})
  .describe(
    'calls that measure the speed of a local lane once a run, after its records: each prompt begins anew, so that no cache helps',
  )

export const concurrencySweepSchema = z
  .array(z.int().min(1).max(64))
  .min(1)
  .max(8)
  .optional()
  .describe(
    'so many calls at once, as [1, 2, 4], once a run, after the records: are they served in parallel or one after the other? Not done where absent',
  )
