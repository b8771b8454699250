import { z } from 'zod'

/** `graders:` of a workload in bench.config.yaml: models that give an opinion of answers. It is shown, and decides nothing. */

export const graderSchema = z.strictObject({
  lane: z.string().min(1).describe('the lane whose model grades; need not be a candidate, and is proven as any other'),
  prompt: z
    .string()
    .min(1)
    .describe(
      'Markdown file like prompt.md, from the folder of the config; {{input}} and {{answer}} in its last section',
    ),
  grades: z
    .array(z.string().min(1).max(60))
    .min(2)
    .max(20)
    .describe('what it may answer in the field "grade", best first'),
  good: z.int().min(1).default(1).describe('how many of the first grades count as good'),
})

export type GraderConfig = z.infer<typeof graderSchema>
