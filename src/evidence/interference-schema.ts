import { z } from 'zod'

/**
 * What an answering lane does to the other programs of its machine: facts of kind `interference`, without the fields
 * that all evidence has.
 */

const milliseconds = z.number().min(0)
const durations = z.array(milliseconds).max(200)

const process = z.strictObject({
  name: z.string().describe('of the program, without its arguments'),
  resident_bytes: z.number().int().min(0),
  cores: z.number().min(0).describe('processor time over time, while the lane answered'),
})
/** Another program of the machine. */
export type OtherProcess = z.infer<typeof process>

export const interferenceFacts = {
  options_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("of the lane's settings in the config; facts of other settings than today's do not count"),
  task: z.string().describe('what was timed'),
  idle_ms: durations.describe('of each repetition while the lane was loaded and idle, in order'),
  answering_ms: durations.describe('of each repetition while it read a prompt and answered, in order'),
  calls: z.number().int().min(0).describe('that were made of the lane meanwhile'),
  largest_by_memory: z
    .array(process)
    .optional()
    .describe('others than the serving process and the bench; absent where the system does not show them'),
  largest_by_processor: z.array(process).optional(),
  total_ms: milliseconds.describe('of the whole probe'),
}
