import { z } from 'zod'

/** `clients:` of bench.config.yaml: which files call models, so that their tags and endpoints are held against the lanes'. */
export const clientsSchema = z
  .array(z.string().min(1).max(500))
  .max(100)
  .describe(
    'files, folders or patterns (src/**/*.py) of programs that call models, from the folder of this file; read for endpoints, tags and names of environment variables',
  )
