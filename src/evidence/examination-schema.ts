import { z } from 'zod'

/** What was found by looking at an answer: facts alone, and never a word of the answer beyond its closed vocabularies. */

const text = z.string()
const count = z.number().int().min(0)

const length = { characters: count.describe('Unicode code points'), words: count.describe('as white space parts them') }

/** What one look at one form of an answer finds. */
const look = z.strictObject({
  json: z.enum(['valid', 'not-json', 'empty']).describe('whether it parses as one JSON value'),
  schema_errors: z.array(z.strictObject({ path: text, keyword: text, message: text })).describe('as ajv found them'),
  missing_fields: z.array(text).describe('required fields that are absent or blank'),
  outside_vocabulary: z.array(text).describe('fields whose value is not in their closed vocabulary'),
  urls: count.describe('URLs in the answer'),
  ungrounded_urls: count.describe('URLs in the answer that the input does not hold'),
  facts: z.array(z.strictObject({ field: text, found: z.boolean() })).describe('expected facts, found or not'),
  labels: z
    .array(
      z.strictObject({
        field: text,
        expected: text.describe("a word of the field's vocabulary; of several that are right the one answered"),
        answered: text.describe('a word of the vocabulary, (other) for what is none, (none) for no answer'),
      }),
    )
    .optional()
    .describe('of expected fields with one value from a closed vocabulary; absent where there is none'),
  lengths: z
    .strictObject({ ...length, fields: z.array(z.strictObject({ field: text, ...length })) })
    .optional()
    .describe('of the answer (words of its values, not of its keys) and of its fields with text'),
})

/** Named, so that the published schema has it once. */
const lookSchema = look.meta({ id: 'look' })

/** What was found in a raw answer, and what would be found after the deterministic steps that a parser may take. */
export const examinationSchema = look
  .extend({
    steps: z
      .strictObject({
        extracted: lookSchema.optional().describe('the one fenced block of the answer; absent where none holds JSON'),
        repaired: lookSchema
          .optional()
          .describe(
            'that block, else the answer, mended by jsonrepair and coerced to the types of the schema; absent where that changes nothing or fails, or is not needed',
          ),
      })
      .optional()
      .describe('only of answers that break the schema as they are; absent where nobody looked'),
    leaks: z
      .array(
        z.strictObject({
          where: z
            .enum(['answer', 'redacted-input'])
            .describe('a forbidden text stands in the answer, or a text to redact was not named, so that it stays'),
          field: text.optional().describe('under which the record lists it'),
          index: count.describe('its place in that list, from 0'),
        }),
      )
      .optional()
      .describe('texts of the record that got through, by their place; absent where the record names none'),
  })
  .meta({ id: 'examination' })
export type Examination = z.infer<typeof examinationSchema>
/** One look, at the answer as it came or after a step. */
export type Look = z.infer<typeof lookSchema>
