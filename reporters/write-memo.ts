import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Assessment } from '../src/assessment/assess.ts'
import { memoJson } from './memo-json.ts'
import { memoMarkdown } from './memo-markdown.ts'

/** Where a run's memo was written. */
export interface WrittenMemo {
  readonly markdown: string
  readonly json: string
}

/**
 * Writes memo.md and memo.json beside the run's evidence. A whole run becomes the latest one: `.bench/memo.md`,
 * `.bench/memo.json` and `.bench/latest` are replaced, each by an atomic rename.
 */
export async function writeMemo(
  assessment: Assessment,
  run: { readonly id: string; readonly folder: string },
  benchFolder: string,
  isWhole: boolean,
): Promise<WrittenMemo> {
  const files = { 'memo.md': memoMarkdown(assessment), 'memo.json': memoJson(assessment) }
  await writeAll(run.folder, files)
  if (!isWhole) return { markdown: join(run.folder, 'memo.md'), json: join(run.folder, 'memo.json') }
  await writeAll(benchFolder, {
    ...files,
    latest: `${JSON.stringify({ run_id: run.id, folder: relative(benchFolder, run.folder) })}\n`,
  })
  return { markdown: join(benchFolder, 'memo.md'), json: join(benchFolder, 'memo.json') }
}

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    const temporary = join(folder, `.${name}.${process.pid}`)
    await writeFile(temporary, content)
    await rename(temporary, join(folder, name))
  }
}
