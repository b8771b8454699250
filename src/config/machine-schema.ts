import { z } from 'zod'

/** When this machine is too full, or too busy, to serve: `machine` of bench.config.yaml. */

const percentage = z.number().min(0).max(100)

export const machineSchema = z.strictObject({
  memory: z
    .strictObject({
      caution_used_percent: z
        .number()
        .min(1)
        .max(100)
        .default(80)
        .describe('from here on a lane is conditional; must be below critical'),
      critical_used_percent: z
        .number()
        .min(1)
        .max(100)
        .default(92)
        .describe('from here on a lane is unfit for the machine'),
      sustained_seconds: z
        .literal([1, 2, 5, 10, 30])
        .default(5)
        .describe('what did not stay above a limit for so long is a peak that decides nothing'),
      trend_minutes: z
        .number()
        .min(0)
        .default(30)
        .describe('a growth that would reach critical so soon makes a lane conditional; 0 leaves the trend out'),
      caution_stalled_percent: percentage
        .default(10)
        .describe('conditional where some program stood still for want of memory for this share of ten seconds'),
      critical_stalled_percent: percentage
        .default(20)
        .describe('unfit where all programs together stood still for this share of ten seconds'),
      caution_swap_in_megabytes_per_second: z
        .number()
        .positive()
        .default(1)
        .describe('conditional where so much came back from swap, over five seconds'),
      critical_swap_in_megabytes_per_second: z
        .number()
        .positive()
        .default(20)
        .describe('unfit where so much came back from swap, over five seconds'),
      refuse_load: z
        .boolean()
        .default(true)
        .describe('load no model that would clearly take memory beyond critical, by an estimate made before'),
    })
    .prefault({})
    .describe("share of the machine's memory, or of its control group's limit, in use, and what it does to programs"),
  interference: z
    .strictObject({
      seconds: z
        .number()
        .min(0)
        .max(60)
        .default(3)
        .describe(
          'once a run and lane, a small task is timed so long while the lane is idle and while it answers; 0: never',
        ),
      usable_ratio: z
        .number()
        .min(1)
        .default(2)
        .describe(
          'the machine counts as usable where that task takes at most so many times as long while the lane answers',
        ),
    })
    .prefault({})
    .describe('what an answering lane does to the other programs of this machine'),
})

export type MachineConfig = z.infer<typeof machineSchema>
