import { z } from 'zod'

/** How a lane's runtime is asked what it makes of think, streams and schemas; one key of a lane. */
export const capabilityProbeSchema = z
  .strictObject({
    seconds: z
      .number()
      .min(0)
      .max(86_400)
      .default(20)
      .describe('no question is begun later than this; 0 leaves the probe out'),
  })
  .optional()
  .describe(
    'cap of the probe that asks in every combination of think, stream and schema; without it local lanes are probed for 20 seconds at most, cloud lanes not at all',
  )
