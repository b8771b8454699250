import { z } from 'zod'

/** Bounds on how long an answer may be, part of a workload's `contract:` in bench.config.yaml. */

const bound = z.int().min(0).max(1_000_000).optional()
const bounds = {
  minimum_characters: bound.describe('fewer are too short (none)'),
  maximum_characters: bound.describe('more are too long (none)'),
  minimum_words: bound.describe('as white space parts them (none)'),
  maximum_words: bound.describe('as white space parts them (none)'),
}

export const lengthBoundsSchema = z.strictObject({
  ...bounds,
  fields: z
    .record(z.string().min(1), z.strictObject(bounds))
    .default({})
    .describe('the same for single fields of schema.json that hold text, such as summary: { maximum_words: 40 }'),
})

export type LengthBounds = z.infer<typeof lengthBoundsSchema>
