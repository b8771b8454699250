import { z } from 'zod'

/** Text as far as the workload's privacy allows: always hash and length. */
export const storedTextSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  characters: z.int().min(0),
  text: z.string().optional(),
  redactions: z.int().min(0).optional().describe('how many pieces were masked before the text was written'),
})
export type StoredText = z.infer<typeof storedTextSchema>
