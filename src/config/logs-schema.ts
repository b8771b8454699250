import { z } from 'zod'
import { durationSchema } from './duration.ts'

/** `logs:` of bench.config.yaml: which logs are read at the end of a run, and by `bench-memo logs`. */
export const logsSchema = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .default([])
    .describe('files, folders or patterns, from the folder of this file; rotated and gzipped files come along'),
  units: z
    .array(z.string().regex(/^[\w@.:-]+$/, 'name a unit such as ollama'))
    .default([])
    .describe("units of systemd's journal"),
  since: durationSchema.default('24h').describe('how far back from the end of a run lines count'),
  rules: z.string().min(1).optional().describe('a YAML file with log rules of your own'),
})
