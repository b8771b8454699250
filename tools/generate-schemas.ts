import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { inventoryReportSchema } from '../src/assessment/inventory-memo-schema.ts'
import { memoSchema } from '../src/assessment/memo-schema.ts'
import { comparisonSchema } from '../src/comparison/comparison-schema.ts'
import { benchConfigSchema } from '../src/config/schema.ts'
import { evidenceSchema } from '../src/evidence/schema.ts'

/**
 * Writes the published JSON Schemas from the zod ones: `node tools/generate-schemas.ts`.
 * With --check it writes nothing and exits 1 where a committed one is stale.
 */

interface PublishedSchema {
  /** Name within schemas/. */
  readonly file: string
  readonly schema: z.ZodType
  readonly title: string
  readonly description: string
}

/** Every schema that the package publishes; a new one is a new line here. */
export const publishedSchemas: readonly PublishedSchema[] = [
  {
    file: 'bench.config.schema.json',
    schema: benchConfigSchema,
    title: 'bench.config.yaml',
    description: 'What to bench: runtimes, lanes, workloads, gates.',
  },
  {
    file: 'evidence.schema.json',
    schema: evidenceSchema,
    title: 'Evidence of bench-memo',
    description: 'One line of an evidence file: facts, never opinions.',
  },
  {
    file: 'memo.schema.json',
    schema: memoSchema,
    title: 'memo.json of bench-memo',
    description: 'Routes, gates, lanes and next steps, recomputed from evidence.',
  },
  {
    file: 'inventory.schema.json',
    schema: inventoryReportSchema,
    title: 'bench-memo inventory --json',
    description: 'What serves models here, what calls them, and how far each model got.',
  },
  {
    file: 'comparison.schema.json',
    schema: comparisonSchema,
    title: 'bench-memo compare --json',
    description: 'What became of each gate from one run to another, or why they do not compare.',
  },
]

/** The file's text: JSON Schema 2020-12 of what may be written (defaults not yet filled in). */
export function renderSchema({ file, schema, title, description }: PublishedSchema): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' })
  const head = { $schema, $id: `urn:bench-memo:schema:${file}`, title, description }
  return `${JSON.stringify({ ...head, ...rest }, null, 2)}\n`
}

/** Files that are missing or differ from what the zod schemas say now. */
export async function staleSchemas(folder: URL): Promise<readonly string[]> {
  const stale = await Promise.all(
    publishedSchemas.map(async (each) => {
      const committed = await readFile(new URL(each.file, folder), 'utf8').catch(() => undefined)
      return committed === renderSchema(each) ? [] : [each.file]
    }),
  )
  return stale.flat()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL('../schemas/', import.meta.url)
  if (process.argv.includes('--check')) {
    const stale = await staleSchemas(folder)
    for (const file of stale) process.stderr.write(`schemas/${file} is stale; run: node tools/generate-schemas.ts\n`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    for (const each of publishedSchemas) await writeFile(new URL(each.file, folder), renderSchema(each))
  }
}
