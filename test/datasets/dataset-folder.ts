import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { DatasetError } from '../../src/datasets/dataset-error.ts'
import { loadDatasetSync } from '../../src/datasets/load.ts'

/** Files of a small dataset in which everything is right; tests replace some. */
export const goodFiles = {
  'prompt.md': `<!-- Written for tests. -->

# system
You read support tickets.

# user
Order ord-1 is late.

# assistant
{"order": "ord-1", "priority": "low"}

# user
Ticket: {{input}}
`,
  'records.jsonl': `{"id": "t-01", "input": "Order ORD-12 arrived broken, see https://shop.example/help", "expected": {"order": "ord-12", "priority": "high"}}
{"id": "t-02", "input": "Where is my order?", "expected": {"order": ["unknown", "none"], "priority": "low"}}
`,
  'schema.json': JSON.stringify({
    type: 'object',
    properties: {
      order: { type: 'string', maxLength: 12 },
      priority: { type: 'string', enum: ['low', 'high'] },
      contact: {
        type: 'object',
        properties: { name: { type: 'string' }, channel: { enum: ['mail', 'phone'] } },
        required: ['name'],
      },
    },
    required: ['order', 'priority'],
    additionalProperties: false,
  }),
  'baseline.json': JSON.stringify({
    fields: { order: { regex: '\\b(ord-\\d+)\\b', flags: 'i', otherwise: 'unknown' }, priority: { constant: 'low' } },
  }),
}

const written: string[] = []
afterAll(() => {
  for (const root of written) rmSync(root, { recursive: true, force: true })
})

/** Writes a dataset with some files replaced (undefined: left out); gives the folder above it. */
export function writtenDataset(
  replaced: Partial<Record<keyof typeof goodFiles, string | Uint8Array | undefined>>,
): string {
  const root = mkdtempSync(join(tmpdir(), 'bench-memo-dataset-'))
  written.push(root)
  mkdirSync(join(root, 'tickets'))
  for (const [name, content] of Object.entries({ ...goodFiles, ...replaced })) {
    if (content !== undefined) writeFileSync(join(root, 'tickets', name), content)
  }
  return root
}

/** The whole message with which a dataset is refused. */
export function refusalMessage(replaced: Parameters<typeof writtenDataset>[0]): string {
  const root = writtenDataset(replaced)
  try {
    loadDatasetSync('tickets', root)
  } catch (error) {
    if (error instanceof DatasetError) return error.message.replaceAll(root, '<root>')
    throw error
  }
  throw new Error('the dataset was accepted')
}

/** The good dataset, with some files replaced. */
export function dataset(replaced: Parameters<typeof writtenDataset>[0] = {}) {
  return loadDatasetSync('tickets', writtenDataset(replaced))
}
